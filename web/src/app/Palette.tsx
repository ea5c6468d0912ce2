import { keepPreviousData, useQueries } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useEffect, useMemo, useRef, useState } from 'react'
import { useSettled } from '@/api/language'
import { labelOf, manyOf, titleOf, useEntities } from '@/api/model'
import { queryRecords } from '@/api/records'
import { useSession } from '@/api/session'
import { useTexts } from '@/locales/i18n'
import { Icon, type IconName } from '@/ui/icons'
import { accountEntries, railEntries, sees } from './features'

interface Place {
  key: string
  label: string
  kind: string
  icon: IconName
  to: string
}

/** Ctrl+K from anywhere. */
export function usePaletteKey(open: () => void): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 'k') return
      event.preventDefault()
      open()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [open])
}

/** Pages and entities by name, and records by what they hold. */
function usePlaces(text: string): Place[] {
  const { t, language } = useTexts()
  const held = useSession()?.user.roles ?? []
  const entities = useEntities() ?? []
  const asked = useSettled(text.trim(), 200)
  const hits = useQueries({
    queries: (asked.length > 1 ? entities.slice(0, 8) : []).map((entity) => ({
      queryKey: ['palette', entity.key, asked],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        queryRecords(entity.key, { search: asked, limit: 4 }, signal).then((page) => page.items),
      placeholderData: keepPreviousData,
      retry: false,
    })),
  })
  const pages: Place[] = [...railEntries, ...accountEntries]
    .filter((entry) => sees(entry, held))
    .map((entry) => ({ key: entry.to, label: t(entry.text), kind: t('palette.page'), icon: entry.icon, to: entry.to }))
  const lists: Place[] = entities.map((entity) => ({
    key: `entity-${entity.key}`,
    label: manyOf(entity, language).entity,
    kind: t('palette.entity'),
    icon: 'table',
    to: `/views/${entity.key}`,
  }))
  const wanted = text.trim().toLowerCase()
  const named = [...pages, ...lists].filter((place) => place.label.toLowerCase().includes(wanted))
  const records = hits.flatMap((hit, index) => {
    const entity = entities[index]
    if (!entity) return []
    return (hit.data ?? []).map((row) => ({
      key: `${entity.key}/${row.id}`,
      label: titleOf(entity, row),
      kind: labelOf(entity, language),
      icon: 'file' as const,
      to: `/records/${entity.key}/${row.id}`,
    }))
  })
  return [...named, ...records].slice(0, 40)
}

export function Palette({ onClose }: { onClose: () => void }) {
  const { t } = useTexts()
  const navigate = useNavigate()
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  const places = usePlaces(text)
  const list = useRef<HTMLUListElement>(null)
  const active = Math.min(at, Math.max(0, places.length - 1))
  useEffect(() => list.current?.children[active]?.scrollIntoView({ block: 'nearest' }), [active])
  const before = useMemo(() => document.activeElement, [])
  useEffect(() => () => (before instanceof HTMLElement ? before.focus() : undefined), [before])
  const go = (place: Place | undefined) => {
    if (!place) return
    onClose()
    void navigate({ to: place.to })
  }
  const onKey = (event: React.KeyboardEvent) => {
    if (event.key === 'ArrowDown') setAt(Math.min(active + 1, places.length - 1))
    else if (event.key === 'ArrowUp') setAt(Math.max(active - 1, 0))
    else if (event.key === 'Enter') go(places[active])
    else if (event.key === 'Escape') onClose()
    else return
    event.preventDefault()
  }
  return (
    <div className="palette-veil" onClick={(event) => event.target === event.currentTarget && onClose()}>
      <div className="palette" role="dialog" aria-modal="true" aria-label={t('palette.open')}>
        <input
          autoFocus
          role="combobox"
          aria-expanded="true"
          aria-controls="palette-list"
          aria-activedescendant={places[active] ? `palette-${active}` : undefined}
          aria-label={t('palette.open')}
          placeholder={t('palette.hint')}
          value={text}
          onChange={(event) => {
            setText(event.target.value)
            setAt(0)
          }}
          onKeyDown={onKey}
        />
        <ul id="palette-list" ref={list} role="listbox" aria-label={t('palette.open')}>
          {places.map((place, index) => (
            <li
              key={place.key}
              id={`palette-${index}`}
              role="option"
              aria-selected={index === active}
              onClick={() => go(place)}
              onMouseMove={() => setAt(index)}
            >
              <Icon name={place.icon} />
              <span>{place.label}</span>
              <span className="mut">{place.kind}</span>
            </li>
          ))}
        </ul>
        {!places.length && <p className="mut palette-none">{t('palette.none')}</p>}
      </div>
    </div>
  )
}
