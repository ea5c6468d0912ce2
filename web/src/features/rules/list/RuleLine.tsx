import { Link } from '@tanstack/react-router'
import { labelOf } from '@/api/model'
import { useSession } from '@/api/session'
import type { Entity } from '@/api/types'
import { useTexts } from '@/locales/i18n'
import { Button, IconButton } from '@/ui/Button'
import { Icon } from '@/ui/icons'
import { Menu } from '@/ui/Menu'
import { Pill } from '@/ui/Top'
import { formatDecimal } from '@/values/decimal'
import { formatAgo, formatInstant } from '@/values/time'
import type { Health, Rule, RuleHealth } from '../api'
import { StatusPill } from '../StatusPill'
import { useSwitching } from '../useSwitching'
import { sentenceOf } from './model'
import { Week } from './Week'

const TONES = { ok: 'green', warning: 'amber', broken: 'red', stopped: 'red', paused: 'slate', draft: 'amber' } as const

/** One rule of the list: what it says, whether it is well, when it fired last and may fire next. */
export function RuleLine({
  rule,
  health,
  entities,
  mayWrite,
}: {
  rule: Rule
  health?: RuleHealth
  entities: Entity[]
  mayWrite: boolean
}) {
  const { t, language } = useTexts('rules')
  const entity = entities.find((one) => one.key === rule.entity)
  const switching = useSwitching(rule)
  return (
    <li className="rule-line">
      <div className="rule-line-words">
        <p className="line">
          <Link to={`/rules/${rule.id}`} className="rule-line-name">
            {rule.name}
          </Link>
          <HealthPill rule={rule} health={health?.health} />
          {entity && <span className="mut">{labelOf(entity, language)}</span>}
        </p>
        <p className={readable(rule) ? 'rule-line-sentence' : 'rule-line-sentence raw'}>{sentenceOf(rule, language)}</p>
        {!readable(rule) && <p className="rule-line-unread">{t('notReadable')}</p>}
        {health && <Troubles rule={rule} health={health} />}
      </div>
      {health && rule.status !== 'draft' ? <Firings rule={rule} health={health} /> : <span />}
      {mayWrite && (
        <span className="rule-line-actions">
          {rule.status !== 'draft' && (
            <Button
              small
              busy={switching.change.isPending}
              onClick={() => switching.change.mutate(rule.status === 'published')}
            >
              {rule.status === 'published' ? t('pause') : t('resume')}
            </Button>
          )}
          <Menu
            items={switching.items.filter((item) => item.key === 'delete').map((one) => ({ ...one, divided: false }))}
          >
            <IconButton small icon="more" label={t('moreFor', { name: rule.name })} />
          </Menu>
        </span>
      )}
      {switching.panel}
    </li>
  )
}

/** Whether the text that is shown says something already. */
function readable(rule: Rule): boolean {
  const content = rule.draft && rule.status === 'draft' ? rule.draft : (rule.content ?? rule.draft)
  return Boolean(content?.sentence)
}

/** The state of a rule in one word; changes that are not published yet are said beside it. */
function HealthPill({ rule, health }: { rule: Rule; health?: Health }) {
  const { t } = useTexts('rules')
  if (!health || health === 'ok' || health === 'paused' || health === 'draft') return <StatusPill rule={rule} />
  return <Pill tone={TONES[health]}>{t(`health.${health}`)}</Pill>
}

/** What is wrong with it, and where to look. */
function Troubles({ rule, health }: { rule: Rule; health: RuleHealth }) {
  const { t, tag } = useTexts('rules')
  const workspace = useSession()?.workspace
  const now = workspace ? Date.parse(workspace.now) : Date.now()
  return (
    <>
      {health.problems.slice(0, 2).map((problem) => (
        <p key={problem} className="rule-line-trouble">
          <Icon name="warning" />
          {problem}
        </p>
      ))}
      {health.stopped_at && (
        <p className="rule-line-trouble">
          <Icon name="warning" />
          {t('stoppedAt', { ago: formatAgo(health.stopped_at, now, tag, workspace?.timezone ?? 'UTC') })}
        </p>
      )}
      {health.failed > 0 && (
        <Link to="/firings" search={{ rule: rule.id, state: 'failed' } as never} className="rule-line-trouble">
          <Icon name="warning" />
          {t('failedEffects', { count: health.failed })}
        </Link>
      )}
    </>
  )
}

/** The last week at a glance, the last firing, and when time may make it fire next. */
function Firings({ rule, health }: { rule: Rule; health: RuleHealth }) {
  const { t, tag } = useTexts('rules')
  const workspace = useSession()?.workspace
  const zone = workspace?.timezone ?? 'UTC'
  const now = workspace ? Date.parse(workspace.now) : Date.now()
  const { next } = health
  const key = !next || next.tick || next.near === 0 ? 'nextDue' : 'nextDueNear'
  return (
    <div className="rule-line-fired">
      <Week days={health.days} />
      <span className="rule-line-times num">
        {health.last_firing ? (
          <Link to="/firings" search={{ rule: rule.id } as never} title={formatInstant(health.last_firing, zone)}>
            {t('firedAgo', { ago: formatAgo(health.last_firing, now, tag, zone) })}
          </Link>
        ) : (
          <span className="mut">{t('neverFired')}</span>
        )}
        {next && (
          <span className="mut" title={t('nextHint', { at: formatInstant(next.at, zone) })}>
            {t(key, {
              when: formatAgo(next.at, now, tag, zone),
              count: next.near,
              shown: formatDecimal(String(next.near), tag),
            })}
          </span>
        )}
      </span>
    </div>
  )
}
