import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { drawnListQuery } from '@/api/drawn'
import { useSettled } from '@/api/language'
import { entitiesQuery, labelOf, titleOf } from '@/api/model'
import { recordQuery } from '@/api/records'
import { useTexts } from '@/locales/i18n'
import { Button } from '@/ui/Button'
import { DateInput } from '@/ui/DateInput'
import { SearchInput } from '@/ui/Inputs'
import { Select } from '@/ui/Select'
import { type FiringFilter, STATES } from './api'
import { EDGES } from './model'

/** What is looked for in the log; it stands in the address, so that it can be sent to somebody. */
export function Filters({ filter }: { filter: FiringFilter }) {
  const { t, language } = useTexts('firings')
  const navigate = useNavigate()
  const rules = useQuery(drawnListQuery('rules')).data ?? []
  const entities = useQuery(entitiesQuery).data ?? []
  const set = (change: FiringFilter) =>
    void navigate({ to: '/firings', search: { ...filter, ...change } as never, replace: true })
  return (
    <search className="firings-filter" aria-label={t('filter')}>
      <Words value={filter.search ?? ''} onChange={(search) => set({ search: search || undefined })} />
      <Select
        label={t('rule')}
        placeholder={t('allRules')}
        clearable
        value={filter.rule ?? null}
        choices={rules.map((one) => ({ value: one.id, label: one.name }))}
        onChange={(rule) => set({ rule: rule ?? undefined })}
      />
      <Select
        label={t('entity')}
        placeholder={t('allEntities')}
        clearable
        value={filter.entity ?? null}
        choices={entities.map((one) => ({ value: one.key, label: labelOf(one, language) }))}
        onChange={(entity) => set({ entity: entity ?? undefined, record: undefined })}
      />
      <Select
        label={t('edge')}
        placeholder={t('allEdges')}
        clearable
        value={filter.edge ?? null}
        choices={EDGES.map((edge) => ({ value: edge, label: t(`app:edges.${edge}`) }))}
        onChange={(edge) => set({ edge: edge ?? undefined })}
      />
      <Select
        label={t('state')}
        placeholder={t('allStates')}
        clearable
        value={filter.state ?? null}
        choices={STATES.map((state) => ({ value: state, label: t(`app:effects.${state}`) }))}
        onChange={(state) => set({ state: state ?? undefined })}
      />
      <Day label={t('from')} value={filter.from} onChange={(from) => set({ from })} />
      <Day label={t('to')} value={filter.to} onChange={(to) => set({ to })} />
      {filter.record && filter.entity && (
        <OfRecord entity={filter.entity} id={filter.record} onDrop={() => set({ record: undefined })} />
      )}
    </search>
  )
}

function Day({
  label,
  value,
  onChange,
}: {
  label: string
  value: string | undefined
  onChange: (day?: string) => void
}) {
  return (
    <div className="firings-day-filter">
      <span className="mut">{label}</span>
      <DateInput aria-label={label} value={value ?? null} onChange={(day) => onChange(day ?? undefined)} />
    </div>
  )
}

/** Asks once typing pauses. */
function Words({ value, onChange }: { value: string; onChange: (words: string) => void }) {
  const { t } = useTexts('firings')
  const [typed, setTyped] = useState(value)
  const settled = useSettled(typed, 250)
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what was typed asks anew
  useEffect(() => {
    if (settled !== value) onChange(settled)
  }, [settled])
  return <SearchInput value={typed} onChange={setTyped} label={t('search')} />
}

/** The one record whose firings are shown, and the way to all of them. */
function OfRecord({ entity: key, id, onDrop }: { entity: string; id: string; onDrop: () => void }) {
  const { t } = useTexts('firings')
  const { data } = useQuery(recordQuery(key, id))
  const entity = useQuery(entitiesQuery).data?.find((one) => one.key === key)
  return (
    <p className="line">
      <span className="mut">{t('ofRecord', { title: data ? titleOf(entity, data.data) : `#${id}` })}</span>
      <Button small icon="x" onClick={onDrop}>
        {t('allRecords')}
      </Button>
    </p>
  )
}
