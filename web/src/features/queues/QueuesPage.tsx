import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { runPages } from '@/api/runs'
import { useMay } from '@/api/session'
import { useTexts } from '@/locales/i18n'
import { Button, LinkButton } from '@/ui/Button'
import { Empty, Loading } from '@/ui/Empty'
import { ProblemNote } from '@/ui/ProblemNote'
import { Top } from '@/ui/Top'
import { WaitingRuns } from '@/ui/WaitingRuns'
import { wordsOf } from '@/ui/words'
import { ZoneNote } from '@/ui/ZoneNote'
import { type Queues, queuesQuery } from './api'
import { Effects } from './Effects'
import { Standing } from './Standing'
import './queues.css'

/** How the work stands that goes on by itself: what waits, what failed, who is at work. */
export default function QueuesPage() {
  const { t } = useTexts('queues')
  const may = useMay('manager')
  const { data, error, refetch } = useQuery({ ...queuesQuery, enabled: may })
  if (!may) {
    return (
      <>
        <Top title={t('rail')} />
        <Empty icon="gear" title={t('notYours')} />
      </>
    )
  }
  return (
    <>
      <Top title={t('rail')} />
      <div className="page">
        <div className="page-narrow stack">
          {error && <ProblemNote error={error} onRetry={() => void refetch()} />}
          {!data && !error && <Loading />}
          {data && (
            <>
              <Standing queues={data} />
              {data.broken.length > 0 && <BrokenRules broken={data.broken} />}
              <Effects />
              <Runs />
              <ZoneNote />
            </>
          )}
        </div>
      </div>
    </>
  )
}

function BrokenRules({ broken }: { broken: Queues['broken'] }) {
  const { t, language } = useTexts('queues')
  return (
    <section className="card queue-broken" aria-labelledby="broken-rules">
      <header className="card-head">
        <h2 id="broken-rules">{t('broken.title', { count: broken.length })}</h2>
      </header>
      <p className="card-body mut">{t('broken.about')}</p>
      <ul>
        {broken.map((rule) => (
          <li key={rule.id} className="queue-line">
            <div className="grow">
              <Link to={`/rules/${rule.id}`} className="queue-title">
                {rule.name}
              </Link>
              {rule.problems.map((problem) => (
                <p key={wordsOf(problem, language)} className="queue-why">
                  {wordsOf(problem, language)}
                </p>
              ))}
            </div>
            <LinkButton small icon="edit" to={`/rules/${rule.id}`}>
              {t('broken.mend')}
            </LinkButton>
          </li>
        ))}
      </ul>
    </section>
  )
}

function Runs() {
  const { t } = useTexts('queues')
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery(runPages())
  const runs = data?.pages.flatMap((page) => page.items) ?? []
  return (
    <section className="card" aria-labelledby="waiting-runs">
      <header className="card-head">
        <h2 id="waiting-runs">{t('runs.title')}</h2>
      </header>
      {error && <ProblemNote error={error} onRetry={() => void refetch()} />}
      {data && runs.length === 0 && <p className="card-body mut">{t('runs.none')}</p>}
      <WaitingRuns runs={runs} onDone={() => void refetch()} />
      {hasNextPage && (
        <p className="card-body">
          <Button small busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {t('more')}
          </Button>
        </p>
      )}
    </section>
  )
}
