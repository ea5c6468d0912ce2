import { useMutation, useQuery } from '@tanstack/react-query'
import { labelOf } from '@/api/model'
import type { Entity } from '@/api/types'
import { useTexts } from '@/locales/i18n'
import { Button } from '@/ui/Button'
import { ProblemNote } from '@/ui/ProblemNote'
import { check, type Import, problemsQuery, run, sendPlan } from './api'
import { LackingNote } from './LackingNote'
import { Numbers } from './Numbers'
import { Problems } from './Problems'
import { Progress } from './Progress'
import { emptyPlan, type Missing, tuneAt } from './plan'

/** The dry run: what the import would do, and every row that it would leave out. Nothing has been written. */
export function CheckStep({
  one,
  entity,
  entities,
  working,
  onBack,
  onRun,
}: {
  one: Import
  entity: Entity
  entities: Entity[]
  working: boolean
  onBack: () => void
  onRun: () => void
}) {
  const { t, language } = useTexts('imports')
  const problems = useQuery({ ...problemsQuery(one.id, one.status), enabled: !working })
  const running = useMutation({ mutationFn: () => run(one.id), onSuccess: onRun })
  const choosing = useMutation({
    mutationFn: async ({ place, missing }: { place: string; missing: Missing }) => {
      if (one.plan) await sendPlan(one.id, tuneAt(emptyPlan(one.plan), place, { missing }))
      return check(one.id)
    },
    onSuccess: onRun,
  })
  if (working) return <Progress one={one} title={t('checkingTitle')} />
  const { report } = one
  const good = (report?.created ?? 0) + (report?.updated ?? 0)
  return (
    <>
      <section className="card card-body" aria-label={t('dryTitle')}>
        <h2 className="import-title">{t('dryTitle')}</h2>
        <p className="mut">{t('dryText')}</p>
        {report && <Numbers report={report} dry />}
        {Object.entries(report?.unknown ?? {}).map(([place, count]) => {
          const within = place.startsWith('group.')
            ? entities.find((each) => each.key === one.plan?.group?.entity)
            : entity
          const field = within?.fields.find((each) => each.key === place.split('.').at(-1))
          return (
            <LackingNote
              key={place}
              what={field ? labelOf(field, language) : place}
              count={count}
              creatable={field?.type === 'reference'}
              onChoose={(missing) => choosing.mutate({ place, missing })}
            />
          )
        })}
        {choosing.error && <ProblemNote error={choosing.error} />}
        {one.errors.map((error) => (
          <p key={error} className="import-error" role="alert">
            {error}
          </p>
        ))}
      </section>
      {problems.data && problems.data.items.length > 0 && <Problems one={one} page={problems.data} />}
      {running.error && <ProblemNote error={running.error} />}
      <div className="line import-foot">
        <span className="grow" />
        <Button onClick={onBack}>{t('backToColumns')}</Button>
        <Button
          tone="primary"
          busy={running.isPending}
          disabled={good === 0 && !report?.unchanged}
          onClick={() => running.mutate()}
        >
          {t('runNow', { count: good })}
        </Button>
      </div>
    </>
  )
}
