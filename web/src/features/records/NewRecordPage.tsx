import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { entitiesQuery, labelOf, manyOf } from '@/api/model'
import { useMoment } from '@/api/moment'
import { ApiProblem } from '@/api/problem'
import { createRecord, deleteRecord, etagOf, LIVE } from '@/api/records'
import type { Entity, Values } from '@/api/types'
import { useTexts } from '@/locales/i18n'
import { Button } from '@/ui/Button'
import { Loading } from '@/ui/Empty'
import { useUndoable } from '@/ui/history'
import { Lost } from '@/ui/Lost'
import { ProblemNote } from '@/ui/ProblemNote'
import { Top } from '@/ui/Top'
import { toast } from '@/ui/toasts'
import { UndoButtons } from '@/ui/UndoButtons'
import { asCreated, changes, defaultsOf, stand } from './formModel'
import { type Edited, RecordForm } from './RecordForm'
import { useForms } from './useForms'
import './records.css'

export default function NewRecordPage() {
  const { t } = useTexts('records')
  const { entity: key = '' } = useParams({ strict: false }) as { entity?: string }
  const { data, error } = useQuery(entitiesQuery)
  const entity = data?.find((one) => one.key === key)
  if (entity) return <NewRecord key={key} entity={entity} />
  return (
    <>
      <Top title={t('newRecord')} />
      <div className="page">
        {error ? <ProblemNote error={error} /> : data ? <Lost to="/views" way={t('views:back')} /> : <Loading />}
      </div>
    </>
  )
}

const placeOf = (entity: Entity) => `ruleloom.new.${entity.key}`

/** The defaults, what was half typed the last time, and what the address prefills (`?customer=5`). */
function begin(entity: Entity, given: Record<string, string>): Edited {
  const values: Values = defaultsOf(entity)
  try {
    Object.assign(values, JSON.parse(sessionStorage.getItem(placeOf(entity)) ?? '{}'))
  } catch {
    // Unreadable: begin empty.
  }
  for (const field of entity.fields) {
    const text = given[field.key]
    if (text !== undefined) values[field.key] = text
  }
  return { values, titles: {} }
}

function NewRecord({ entity }: { entity: Entity }) {
  const { t, language } = useTexts('records')
  const client = useQueryClient()
  const navigate = useNavigate()
  const given = useSearch({ strict: false }) as Record<string, string>
  const forms = useForms(entity)
  const moment = useMoment(forms.content)
  const history = useUndoable<Edited>(begin(entity, given))
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set())
  const key = useRef(crypto.randomUUID())
  const { now } = history
  useEffect(() => sessionStorage.setItem(placeOf(entity), JSON.stringify(now.values)), [entity, now.values])
  const creation = useMutation({
    mutationFn: () => createRecord(entity.key, now.values, key.current),
    onError: () => {
      // The next attempt is another request.
      key.current = crypto.randomUUID()
      setTouched(new Set())
    },
    onSuccess: async ({ data }) => {
      sessionStorage.removeItem(placeOf(entity))
      await client.invalidateQueries({ queryKey: [LIVE] })
      await navigate({
        to: `/records/${entity.key}/${data.record.id}`,
        search: data.firings.length ? ({ tab: 'firings' } as never) : undefined,
      })
      const undo = () => {
        deleteRecord(entity.key, data.record.id, etagOf(data.record.version))
          .then(() => navigate({ to: `/records/${entity.key}/new` }))
          .then(() => client.invalidateQueries({ queryKey: [LIVE] }))
          .catch((error) => toast({ tone: 'bad', text: error instanceof ApiProblem ? error.message : t('app:failed') }))
      }
      toast({
        text: data.firings.length ? t('createdFired', { count: data.firings.length }) : t('created'),
        action: { label: t('app:undo'), run: undo },
      })
    },
  })
  const problem = creation.error instanceof ApiProblem ? creation.error : null
  const wrong = useMemo(() => problem?.problems.flatMap((one) => (one.field ? [one.field] : [])) ?? [], [problem])
  const sections = useMemo(
    () => stand(forms.content, { entity, values: asCreated(now.values, moment), moment }, wrong),
    [forms.content, entity, now.values, moment, wrong],
  )
  const onChange = useCallback(
    (next: Edited) => {
      setTouched((known) => new Set([...known, ...Object.keys(changes(now.values, next.values))]))
      history.set(next)
    },
    [history, now.values],
  )
  const label = labelOf(entity, language)
  return (
    <>
      <Top
        title={t('newOf', { entity: label })}
        crumbs={[{ label: manyOf(entity, language).entity, to: `/views/${entity.key}` }]}
      >
        <UndoButtons history={history} />
        <Button tone="primary" busy={creation.isPending} onClick={() => creation.mutate()}>
          {t('create')}
        </Button>
      </Top>
      <div className="page">
        <div className="new-record stack">
          {creation.error && (
            <ProblemNote
              error={creation.error}
              placed={sections.flatMap((section) => section.fields.map((one) => one.field.key))}
            />
          )}
          {forms.loading ? (
            <Loading />
          ) : (
            <RecordForm sections={sections} edited={now} onChange={onChange} problem={problem} touched={touched} />
          )}
        </div>
      </div>
    </>
  )
}
