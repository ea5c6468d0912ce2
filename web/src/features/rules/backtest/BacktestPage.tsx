import { useMutation, useQuery } from '@tanstack/react-query'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { drawnQuery } from '@/api/drawn'
import { useTexts } from '@/locales/i18n'
import { Button } from '@/ui/Button'
import { Empty, Loading } from '@/ui/Empty'
import { ProblemNote } from '@/ui/ProblemNote'
import { Top } from '@/ui/Top'
import type { RuleContent } from '../api'
import { type Asked, type Backtest, backtestQuery, beginBacktest, goesOn, stopBacktest } from './api'
import { HitList } from './HitList'
import { Known } from './Known'
import { Numbers } from './Numbers'
import { PeriodForm } from './PeriodForm'
import { TimeLineCard } from './TimeLineCard'
import './texts'
import './backtest.css'

/** A rule tried on the past: whom it would have reached, when and why; beside another version where wanted. */
export default function BacktestPage() {
  const { t } = useTexts('backtest')
  const { rule: id = '' } = useParams({ strict: false }) as { rule?: string }
  const { run } = useSearch({ strict: false }) as { run?: string | number }
  const navigate = useNavigate()
  const stored = useQuery(drawnQuery<RuleContent>('rules', id))
  const shown = useQuery(backtestQuery(run === undefined ? undefined : String(run)))
  const begin = useMutation({
    mutationFn: (asked: Asked) => beginBacktest(id, asked),
    onSuccess: (made) => navigate({ to: `/rules/${id}/backtest`, search: { run: made.id } as never, replace: true }),
  })
  const rule = stored.data?.data
  const error = stored.error ?? shown.error ?? begin.error
  return (
    <>
      <Top
        title={t('title')}
        crumbs={[
          { label: t('rules:rail'), to: '/rules' },
          { label: rule?.name ?? '…', to: `/rules/${id}` },
        ]}
      />
      <div className="page backtest">
        {error && <ProblemNote error={error} />}
        {rule && <PeriodForm rule={rule} busy={begin.isPending || goesOn(shown.data)} onBegin={begin.mutate} />}
        {run === undefined && !begin.isPending && (
          <section className="card">
            <Empty icon="clock" title={t('emptyTitle')}>
              {t('emptyText')}
            </Empty>
          </section>
        )}
        {(begin.isPending || (run !== undefined && shown.isPending)) && <Loading />}
        {shown.data && !begin.isPending && (
          <Shown run={shown.data} onBusiness={() => begin.mutate(again(shown.data, 'business'))} />
        )}
      </div>
    </>
  )
}

/** The same question with another way of telling the past. */
function again(run: Backtest, history: Asked['history']): Asked {
  const [version = null, compare = null] = run.versions
  return { version, compare, from: run.from, to: run.to, history }
}

function Shown({ run, onBusiness }: { run: Backtest; onBusiness: () => void }) {
  const { t } = useTexts('backtest')
  if (goesOn(run)) return <GoingOn run={run} />
  if (run.status === 'stopped') return <p className="card backtest-note">{t('stopped')}</p>
  if (!run.result) {
    return (
      <div className="card backtest-note" role="alert">
        {run.errors.map((one) => (
          <p key={one}>{one}</p>
        ))}
      </div>
    )
  }
  return (
    <>
      <Known run={run} found={run.result} onBusiness={onBusiness} />
      <div className={run.result.sides.length > 1 ? 'backtest-sides two' : 'backtest-sides'}>
        {run.result.sides.map((side, at) => (
          <Numbers key={String(side.version)} side={side} two={run.result?.sides.length === 2} at={at} />
        ))}
      </div>
      <TimeLineCard run={run} found={run.result} />
      <HitList key={run.id} run={run} found={run.result} />
    </>
  )
}

/** How far a long run is; it can be stopped. */
function GoingOn({ run }: { run: Backtest }) {
  const { t } = useTexts('backtest')
  const stop = useMutation({ mutationFn: () => stopBacktest(run.id) })
  return (
    <section className="card backtest-going" aria-live="polite">
      <p>{run.total ? t('playing', { done: run.done, total: run.total }) : t('reading')}</p>
      <progress value={run.total ? run.done : undefined} max={run.total || undefined} aria-label={t('progress')} />
      <Button busy={stop.isPending || run.status === 'stopping'} onClick={() => stop.mutate()}>
        {t('stop')}
      </Button>
    </section>
  )
}
