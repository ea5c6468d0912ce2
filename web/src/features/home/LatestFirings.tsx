import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { firingsQuery } from '@/api/records'
import { useSession } from '@/api/session'
import type { Firing } from '@/api/types'
import { useTexts } from '@/locales/i18n'
import { Empty, Loading } from '@/ui/Empty'
import { EdgePill } from '@/ui/Firings'
import { ProblemNote } from '@/ui/ProblemNote'
import { formatAgo } from '@/values/time'

/** What the rules have done lately. */
export function LatestFirings() {
  const { t } = useTexts('home')
  const { data, error } = useQuery(firingsQuery({ limit: 8 }))
  return (
    <section className="card" aria-labelledby="latest-firings">
      <header className="card-head">
        <h2 id="latest-firings">{t('firings.title')}</h2>
      </header>
      {error && <ProblemNote error={error} />}
      {!data && !error && <Loading lines={4} />}
      {data?.items.length === 0 && (
        <Empty icon="bolt" title={t('firings.none')}>
          {t('firings.noneText')}
        </Empty>
      )}
      <ul className="firing-list">
        {data?.items.map((firing) => (
          <FiringLine key={firing.id} firing={firing} />
        ))}
      </ul>
    </section>
  )
}

function FiringLine({ firing }: { firing: Firing }) {
  const { tag } = useTexts('home')
  const workspace = useSession()?.workspace
  const now = workspace ? Date.parse(workspace.now) : Date.now()
  return (
    <li className="firing-line">
      <Link to={`/records/${firing.record.entity}/${firing.record.id}`} search={{ tab: 'firings' } as never}>
        {firing.record.title}
      </Link>
      <EdgePill edge={firing.edge} />
      <span className="mut">{firing.rule.name}</span>
      <span className="mut num when">{formatAgo(firing.at, now, tag, workspace?.timezone ?? 'UTC')}</span>
    </li>
  )
}
