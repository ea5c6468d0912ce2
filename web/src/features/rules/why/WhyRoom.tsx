import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useSession } from '@/api/session'
import { useTexts } from '@/locales/i18n'
import { Loading } from '@/ui/Empty'
import { Explained } from '@/ui/Explained'
import { FiringCard } from '@/ui/Firings'
import { Icon, type IconName } from '@/ui/icons'
import { ProblemNote } from '@/ui/ProblemNote'
import { formatInstant } from '@/values/time'
import { type StandingState, type WhyAnswer, whyQuery } from '../api'
import './why.css'
import '../texts'

const ICONS: Partial<Record<StandingState, IconName>> = {
  fired: 'bolt',
  holds: 'check',
  broken: 'warning',
  blocked: 'warning',
}

/** The answer for one rule, one record and one instant: in one sentence, then part by part. */
export function WhyRoom({ rule, record, at }: { rule: string; record: string; at: string | null }) {
  const { data, error } = useQuery({ ...whyQuery(rule, record, at), placeholderData: keepPreviousData })
  if (error) return <ProblemNote error={error} />
  if (!data) return <Loading lines={5} />
  return <Answer answer={data} />
}

function Answer({ answer }: { answer: WhyAnswer }) {
  const { t } = useTexts('rules')
  const zone = useSession()?.workspace.timezone ?? 'UTC'
  const { standing, record, rule } = answer
  const since = standing.since ? formatInstant(standing.since, zone) : ''
  const state = standing.state === 'holds' && !since ? 'holds-plain' : standing.state
  return (
    <div className="why-answer stack">
      <p className={`why-standing ${standing.state}`} role="status">
        <Icon name={ICONS[standing.state] ?? 'info'} />
        {t(`standing.${state}`, { since })}
      </p>
      <p className="mut num">
        <Link to={`/records/${record.entity}/${record.id}`}>{record.title ?? `#${record.id}`}</Link>
        {' · '}
        {t('whyMoment', { at: formatInstant(answer.at, zone) })}
        {rule.version !== null && ` · ${t('whyVersion', { version: rule.version })}`}
      </p>
      {answer.reason && answer.calendar && (
        <p className="mut num">
          {t('whyCalendar', {
            zone: answer.calendar.timezone,
            until: formatInstant(answer.calendar.until, zone),
          })}
        </p>
      )}
      {answer.reason && <Explained reason={answer.reason} />}
      {answer.deadline && <p className="mut num">{t('whyDeadline', { at: formatInstant(answer.deadline, zone) })}</p>}
      {answer.firings.length > 0 && (
        <section className="stack" aria-label={t('whyFirings')}>
          <h3>{t('whyFirings')}</h3>
          {answer.firings.map((firing) => (
            <FiringCard key={firing.id} firing={firing} />
          ))}
        </section>
      )}
    </div>
  )
}
