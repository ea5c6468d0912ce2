import { useMutation, useQuery } from '@tanstack/react-query'
import { useTexts } from '@/locales/i18n'
import { Button } from '@/ui/Button'
import { ProblemNote } from '@/ui/ProblemNote'
import { type Import, problemsQuery, run } from './api'
import { Numbers } from './Numbers'
import { Problems } from './Problems'
import { Progress } from './Progress'

/** The dry run: what the import would do, and every row that it would leave out. Nothing has been written. */
export function CheckStep({
  one,
  working,
  onBack,
  onRun,
}: {
  one: Import
  working: boolean
  onBack: () => void
  onRun: () => void
}) {
  const { t } = useTexts('imports')
  const problems = useQuery({ ...problemsQuery(one.id, one.status), enabled: !working })
  const running = useMutation({ mutationFn: () => run(one.id), onSuccess: onRun })
  if (working) return <Progress one={one} title={t('checkingTitle')} />
  const { report } = one
  const good = (report?.created ?? 0) + (report?.updated ?? 0)
  return (
    <>
      <section className="card card-body" aria-label={t('dryTitle')}>
        <h2 className="import-title">{t('dryTitle')}</h2>
        <p className="mut">{t('dryText')}</p>
        {report && <Numbers report={report} dry />}
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
