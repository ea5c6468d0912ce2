import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useSession } from '@/api/session'
import type { Firing } from '@/api/types'
import { useTexts } from '@/locales/i18n'
import { Button } from '@/ui/Button'
import { Icon } from '@/ui/icons'
import { Popup } from '@/ui/Popup'
import { ProblemNote } from '@/ui/ProblemNote'
import { formatInstant } from '@/values/time'
import { byRule } from './model'
import { useDemoClock } from './useDemoClock'
import './firings.css'

/** In demo workspaces, in every top bar: what time it is there, and the way to let time pass. */
export default function ClockControl() {
  const { t } = useTexts('firings')
  const workspace = useSession()?.workspace
  const [open, setOpen] = useState(false)
  if (!workspace?.demo) return null
  const now = formatInstant(workspace.now, workspace.timezone)
  return (
    <Popup
      open={open}
      onOpen={setOpen}
      label={t('clock.title')}
      content={<ClockPanel onLeave={() => setOpen(false)} />}
    >
      <button
        type="button"
        className="btn quiet clock-control"
        aria-label={t('clock.open', { now })}
        title={t('clock.open', { now })}
      >
        <Icon name="clock" />
        <span className="num">{now.slice(5, 10)}</span>
      </button>
    </Popup>
  )
}

/** The clock, its button, and what fired while time passed. */
export function ClockPanel({ onLeave }: { onLeave?: () => void }) {
  const { t } = useTexts('firings')
  const workspace = useSession()?.workspace
  const clock = useDemoClock()
  if (!workspace) return null
  return (
    <div className="clock-panel">
      <p>
        <b>{t('clock.title')}</b>
        <br />
        <span className="mut num">{t('clock.now', { now: formatInstant(workspace.now, workspace.timezone) })}</span>
      </p>
      <div className="line clock-days">
        <Button tone="primary" icon="play" busy={clock.isPending} onClick={() => clock.mutate(30)}>
          {t('clock.advance', { count: 30 })}
        </Button>
        {[1, 7].map((days) => (
          <Button key={days} busy={clock.isPending} onClick={() => clock.mutate(days)}>
            {t('clock.short', { count: days })}
          </Button>
        ))}
      </div>
      {clock.error && <ProblemNote error={clock.error} />}
      <div aria-live="polite">
        {clock.data && !clock.data.complete && <p className="hint">{t('clock.goesOn')}</p>}
        {clock.data && <Caused firings={clock.data.firings} onLeave={onLeave} />}
        {!clock.data && <p className="hint">{t('clock.about')}</p>}
      </div>
    </div>
  )
}

/** What fired while time passed: by rule, then the first records. */
function Caused({ firings, onLeave }: { firings: Firing[]; onLeave?: () => void }) {
  const { t } = useTexts('firings')
  const zone = useSession()?.workspace.timezone ?? 'UTC'
  if (!firings.length) return <p>{t('clock.nothing')}</p>
  return (
    <>
      <p>
        <b>{t('clock.caused', { count: firings.length })}</b>
      </p>
      <ul className="clock-rules">
        {byRule(firings).map((rule) => (
          <li key={rule.id}>
            <Link to="/firings" search={{ rule: rule.id } as never} onClick={onLeave}>
              {rule.name}
            </Link>
            <span className="num">{rule.count}</span>
          </li>
        ))}
      </ul>
      <ul className="clock-records">
        {firings.slice(0, 5).map((firing) => (
          <li key={firing.id}>
            <Link to={`/records/${firing.record.entity}/${firing.record.id}`} onClick={onLeave}>
              {firing.record.title}
            </Link>
            <span className="mut num">{formatInstant(firing.at, zone)}</span>
          </li>
        ))}
      </ul>
      <Link to="/firings" onClick={onLeave}>
        {t('clock.all')}
      </Link>
    </>
  )
}
