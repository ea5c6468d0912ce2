import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTexts } from '@/locales/i18n'
import { Button } from '@/ui/Button'
import { Loading } from '@/ui/Empty'
import { Icon, type IconName } from '@/ui/icons'
import { ProblemNote } from '@/ui/ProblemNote'
import { SidePanel } from '@/ui/SidePanel'
import { wordsOf } from '@/ui/words'
import { formatDecimal } from '@/values/decimal'
import { type Departure, departureQuery, type Rule } from './api'
import './texts'

/** Before a rule is deleted: what goes on without it, what is lost with it, and which rules it sets off. */
export function DeletePanel({
  rule,
  busy,
  error,
  onSure,
  onClose,
}: {
  rule: Rule
  busy: boolean
  error: unknown
  onSure: () => void
  onClose: () => void
}) {
  const { t } = useTexts('rules')
  const uses = useQuery(departureQuery(rule.id))
  const problem = uses.error ?? error
  return (
    <SidePanel
      title={t('deleting.title', { name: rule.name })}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>{t('app:cancel')}</Button>
          <Button tone="danger" icon="trash" busy={busy} disabled={!uses.data} onClick={onSure}>
            {t('deleting.sure')}
          </Button>
        </>
      }
    >
      <div className="stack">
        {problem ? <ProblemNote error={problem} onRetry={uses.error ? () => void uses.refetch() : undefined} /> : null}
        {!uses.data && !uses.error && <Loading lines={3} />}
        {uses.data && <Told rule={rule} uses={uses.data} />}
      </div>
    </SidePanel>
  )
}

function Told({ rule, uses }: { rule: Rule; uses: Departure }) {
  const { t, tag, language } = useTexts('rules')
  const number = (count: number) => ({ count, shown: formatDecimal(String(count), tag) })
  const nothing = !uses.waiting_runs && !uses.queued && !uses.held && !uses.answering.length
  return (
    <>
      <p>{t(rule.published_version ? 'deleting.fires' : 'deleting.draft')}</p>
      {nothing && <p className="mut">{t('deleting.nothing')}</p>}
      <ul className="deleting-list">
        {uses.waiting_runs > 0 && (
          <Line icon="clock">
            {t('deleting.runs', number(uses.waiting_runs))} <Link to="/queues">{t('deleting.see')}</Link>
          </Line>
        )}
        {uses.queued > 0 && <Line icon="play">{t('deleting.queued', number(uses.queued))}</Line>}
        {uses.held > 0 && (
          <Line icon="warning">
            {t('deleting.held', number(uses.held))}{' '}
            <Link to="/firings" search={{ rule: rule.id, edge: 'skipped' } as never}>
              {t('deleting.see')}
            </Link>
          </Line>
        )}
        {uses.answering.map((one) => (
          <Line key={one.id} icon="bolt">
            <Link to={`/rules/${one.id}`}>{one.name}</Link>{' '}
            {t(`deleting.ways.${one.way}`, {
              entity: wordsOf(one.entity, language),
              field: one.field ? wordsOf(one.field, language) : '',
            })}
          </Line>
        ))}
      </ul>
      <p className="hint">{t('deleting.stays')}</p>
    </>
  )
}

function Line({ icon, children }: { icon: IconName; children: React.ReactNode }) {
  return (
    <li>
      <Icon name={icon} />
      <span>{children}</span>
    </li>
  )
}
