import { useMutation } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { fileAddress, uploadFile } from '@/api/records'
import { useTexts } from '@/locales/i18n'
import { Button, IconButton } from '@/ui/Button'
import { Icon } from '@/ui/icons'
import { ProblemNote } from '@/ui/ProblemNote'
import type { EditorProps } from '../field'
import { useFileName } from './useFileName'

/** Files are sent as soon as they are chosen or dropped; saving the record ties them to it. */
export default function Editor({ value, onChange, disabled, ...ids }: EditorProps) {
  const { t } = useTexts()
  const input = useRef<HTMLInputElement>(null)
  const [names, setNames] = useState<Record<string, string>>({})
  const [over, setOver] = useState(false)
  const held = Array.isArray(value) ? value : []
  const upload = useMutation({
    mutationFn: async (files: File[]) => {
      const stored = []
      for (const file of files) stored.push(await uploadFile(file))
      return stored
    },
    onSuccess: (stored) => {
      setNames((known) => ({ ...known, ...Object.fromEntries(stored.map((file) => [file.id, file.name])) }))
      onChange([...held, ...stored.map((file) => file.id)])
    },
  })
  const take = (list: FileList | null) => list?.length && upload.mutate([...list])
  return (
    <div
      className={over ? 'file-drop over' : 'file-drop'}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault()
        setOver(false)
        take(event.dataTransfer.files)
      }}
    >
      {held.length > 0 && (
        <ul>
          {held.map((id) => (
            <HeldFile
              key={id}
              id={id}
              known={names[id]}
              onRemove={
                disabled ? undefined : () => onChange(held.length > 1 ? held.filter((one) => one !== id) : null)
              }
            />
          ))}
        </ul>
      )}
      <input ref={input} type="file" multiple hidden onChange={(event) => take(event.target.files)} />
      <Button
        small
        icon="upload"
        id={ids.id}
        aria-describedby={ids['aria-describedby']}
        busy={upload.isPending}
        disabled={disabled}
        onClick={() => input.current?.click()}
      >
        {upload.isPending ? t('files.sending') : t('files.choose')}
      </Button>
      <span className="mut">{t('files.drop')}</span>
      {upload.error && <ProblemNote error={upload.error} />}
    </div>
  )
}

function HeldFile({ id, known, onRemove }: { id: string; known?: string; onRemove?: () => void }) {
  const { t } = useTexts()
  const name = useFileName(id, known) ?? t('files.one', { id })
  return (
    <li>
      <Icon name="file" />
      <a href={fileAddress(id)} target="_blank" rel="noreferrer">
        {name}
      </a>
      {onRemove && <IconButton small icon="x" label={t('files.remove', { name })} onClick={onRemove} />}
    </li>
  )
}
