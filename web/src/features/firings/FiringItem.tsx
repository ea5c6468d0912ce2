import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useSession } from '@/api/session'
import type { Effect, Firing } from '@/api/types'
import { useTexts } from '@/locales/i18n'
import { Chain } from '@/ui/Chain'
import { EffectTrouble } from '@/ui/EffectTrouble'
import { Explained } from '@/ui/Explained'
import { EdgePill, SkippedNote } from '@/ui/Firings'
import { Icon, type IconName } from '@/ui/icons'
import { Pill } from '@/ui/Top'
import { wordsOf } from '@/ui/words'
import { UndoFiring } from '@/undoing/Undone'
import { formatInstant } from '@/values/time'

const EFFECT_ICONS: Record<string, IconName> = {
  done: 'check',
  pending: 'clock',
  running: 'clock',
  failed: 'warning',
  skipped: 'info',
}

/** One firing: whom it met, when, what it did, and on request why. */
export function FiringItem({ firing, open: startsOpen }: { firing: Firing; open: boolean }) {
  const { t } = useTexts('firings')
  const workspace = useSession()?.workspace
  const zone = workspace?.timezone ?? 'UTC'
  const [open, setOpen] = useState(startsOpen)
  // In a demo the clock jumps: there everything is caught up.
  const late = !workspace?.demo && Date.parse(firing.recorded_at) - Date.parse(firing.at) > 60_000
  const { record } = firing
  return (
    <li className="firing-item">
      <div className="firing-head">
        <span className="num firing-time" title={formatInstant(firing.at, zone)}>
          {formatInstant(firing.at, zone).slice(11)}
        </span>
        <p className="firing-what">
          <Link to={`/records/${record.entity}/${record.id}`} className="firing-record">
            {record.title ?? `#${record.id}`}
          </Link>
          <EdgePill edge={firing.edge} />
          <Link to={`/rules/${firing.rule.id}`} className="mut">
            {firing.rule.name}
          </Link>
          <span className="mut">{t('version', { version: firing.rule.version })}</span>
          {late && <span className="mut">{t('caughtUp', { at: formatInstant(firing.recorded_at, zone) })}</span>}
        </p>
        <span className="firing-actions">
          <UndoFiring firing={firing} />
          {firing.reason && (
            <button type="button" className="btn small quiet" aria-expanded={open} onClick={() => setOpen(!open)}>
              {t('why')}
              <Icon name={open ? 'up' : 'down'} />
            </button>
          )}
        </span>
      </div>
      {firing.skipped && <SkippedNote skipped={firing.skipped} />}
      {firing.chain.links.length > 0 && <Chain chain={firing.chain} />}
      {firing.effects.length > 0 && (
        <ul className="firing-effects">
          {firing.effects.map((effect) => (
            <EffectLine key={effect.id} effect={effect} firing={firing} />
          ))}
        </ul>
      )}
      {firing.effects.length === 0 && !firing.skipped && firing.edge !== 'blocked' && (
        <p className="firing-skipped mut">{t('nothingToDo')}</p>
      )}
      {open && firing.reason && (
        <div className="firing-reason">
          <Explained reason={firing.reason} />
        </div>
      )}
    </li>
  )
}

function EffectLine({ effect, firing }: { effect: Effect; firing: Firing }) {
  const { t, language } = useTexts()
  const text = wordsOf(effect.summary, language)
  const { record } = effect
  return (
    <li className={`effect-${effect.status}`}>
      <Icon name={EFFECT_ICONS[effect.status] ?? 'info'} />
      <span className="grow">
        {text}
        {record && (record.id !== firing.record.id || record.entity !== firing.record.entity) && (
          <>
            {' '}
            <Link to={`/records/${record.entity}/${record.id}`}>{record.title ?? `#${record.id}`}</Link>
          </>
        )}
        <EffectTrouble effect={effect} />
      </span>
      {effect.status !== 'done' && (
        <Pill tone={effect.status === 'failed' ? 'red' : 'slate'}>
          {t(`effects.${effect.status}`, { defaultValue: effect.status })}
        </Pill>
      )}
    </li>
  )
}
