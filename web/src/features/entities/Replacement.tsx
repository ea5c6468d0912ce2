import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { labelOf } from '@/api/model'
import type { Entity, Field } from '@/api/types'
import { useTexts } from '@/locales/i18n'
import { Button } from '@/ui/Button'
import { ProblemNote } from '@/ui/ProblemNote'
import { Select } from '@/ui/Select'
import { toast } from '@/ui/toasts'
import { type Replaced, replaceField, replacementQuery } from './api'
import { standIns } from './model'

/** Another field in the place of one that goes: chosen, told beforehand what becomes of each use, and done at once. */
export function Replacement({ entity, field, lost }: { entity: Entity; field: Field; lost: string[] }) {
  const { t, language } = useTexts('entities')
  const client = useQueryClient()
  const [other, setOther] = useState<string | null>(null)
  const told = useQuery(replacementQuery(entity.key, field.key, other))
  const done = useMutation({
    mutationFn: (chosen: string) => replaceField(entity.key, field.key, chosen),
    onSuccess: async (items) => {
      toast({ text: t('losses.replaced', { count: items.filter((one) => one.possible).length }), tone: 'good' })
      await Promise.all([
        client.invalidateQueries({ queryKey: ['uses'] }),
        client.invalidateQueries({ queryKey: ['drawn'] }),
      ])
      setOther(null)
    },
  })
  const choices = standIns(entity, field, lost).map((one) => ({ value: one.key, label: labelOf(one, language) }))
  if (!choices.length) return <p className="hint">{t('losses.noOther')}</p>
  const possible = told.data?.filter((one) => one.possible).length ?? 0
  return (
    <div className="loss-replace">
      <div className="line">
        <span>{t('losses.instead')}</span>
        <Select
          size="small"
          label={t('losses.instead')}
          placeholder={t('losses.choose')}
          clearable
          value={other}
          choices={choices}
          onChange={setOther}
        />
        {other && possible > 0 && (
          <Button small tone="primary" busy={done.isPending} onClick={() => done.mutate(other)}>
            {t('losses.replace', { count: possible })}
          </Button>
        )}
      </div>
      {(told.error ?? done.error) && <ProblemNote error={told.error ?? done.error} />}
      {told.data && <Refused items={told.data.filter((one) => !one.possible)} />}
    </div>
  )
}

/** What stays to be changed by hand, and why. */
function Refused({ items }: { items: Replaced[] }) {
  const { t, language } = useTexts('entities')
  if (!items.length) return null
  return (
    <ul className="loss-uses">
      {items.map((one) => (
        <li key={`${one.kind}-${one.id}`} className="mut">
          {t('losses.stays', {
            what: `${t(`kinds.${one.kind}`)} ${t('losses.words', { words: labelOf(one, language) })}`,
          })}{' '}
          {one.why.join(' ')}
        </li>
      ))}
    </ul>
  )
}
