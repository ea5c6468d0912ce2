import { useInfiniteQuery } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import { useSession } from '@/api/session'
import { useTexts } from '@/locales/i18n'
import { Button, LinkButton } from '@/ui/Button'
import { Empty, Loading } from '@/ui/Empty'
import { ProblemNote } from '@/ui/ProblemNote'
import { Top } from '@/ui/Top'
import { ZoneNote } from '@/ui/ZoneNote'
import { formatInstant } from '@/values/time'
import { type FiringFilter, firingPages } from './api'
import { ClockPanel } from './ClockControl'
import { Filters } from './Filters'
import { FiringItem } from './FiringItem'
import { byDay } from './model'
import './firings.css'

/** Everything that rules did, newest first, each with its reason. */
export default function FiringsPage() {
  const { t } = useTexts('firings')
  const workspace = useSession()?.workspace
  const filter = useSearch({ strict: false }) as FiringFilter
  return (
    <>
      <Top title={t('rail')} />
      <div className="page">
        <div className={workspace?.demo ? 'firings with-clock' : 'firings'}>
          {workspace?.demo && (
            <aside className="card firings-clock" aria-label={t('clock.title')}>
              <ClockPanel />
            </aside>
          )}
          <section className="stack firings-main" aria-label={t('rail')}>
            <Filters filter={filter} />
            <ZoneNote />
            <List filter={filter} />
          </section>
        </div>
      </div>
    </>
  )
}

function List({ filter }: { filter: FiringFilter }) {
  const { t } = useTexts('firings')
  const zone = useSession()?.workspace.timezone ?? 'UTC'
  const pages = useInfiniteQuery(firingPages(filter, zone))
  const items = pages.data?.pages.flatMap((page) => page.items) ?? []
  const filtered = Object.values(filter).some(Boolean)
  if (pages.error) return <ProblemNote error={pages.error} onRetry={() => void pages.refetch()} />
  if (!pages.data) return <Loading />
  if (!items.length) {
    return (
      <section className="card">
        <Empty
          icon="bolt"
          title={filtered ? t('noneFiltered') : t('none')}
          action={
            filtered ? (
              <LinkButton to="/firings">{t('clearFilter')}</LinkButton>
            ) : (
              <LinkButton to="/rules" tone="primary">
                {t('toRules')}
              </LinkButton>
            )
          }
        >
          {filtered ? '' : t('noneText')}
        </Empty>
      </section>
    )
  }
  return (
    <>
      {byDay(items, (at) => formatInstant(at, zone).slice(0, 10)).map(({ day, firings }, at) => (
        <section key={day} className="card firing-day" aria-label={day}>
          <h2 className="num">{day}</h2>
          <ul>
            {firings.map((firing, index) => (
              <FiringItem key={firing.id} firing={firing} open={at === 0 && index === 0} />
            ))}
          </ul>
        </section>
      ))}
      {pages.hasNextPage && (
        <Button busy={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
          {t('more')}
        </Button>
      )}
    </>
  )
}
