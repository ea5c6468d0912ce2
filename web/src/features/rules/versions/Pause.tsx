import { useSession } from '@/api/session'
import { useTexts } from '@/locales/i18n'
import { Pill } from '@/ui/Top'
import { formatInstant } from '@/values/time'
import type { RulePause } from '../api'
import '../texts'

/** A stretch in which the rule did nothing: from when to when, and who paused it and let it go on. */
export function Pause({ pause }: { pause: RulePause }) {
  const { t } = useTexts('rules')
  const zone = useSession()?.workspace.timezone ?? 'UTC'
  const { since_by: by, until_by: again } = pause
  const since = formatInstant(pause.since, zone)
  const until = pause.until === null ? null : formatInstant(pause.until, zone)
  return (
    <p className="rule-pause line">
      <Pill tone={pause.stopped ? 'red' : 'amber'}>{t(pause.stopped ? 'pauses.stopped' : 'pauses.paused')}</Pill>
      <span className="mut num">
        {by ? t('pauses.fromBy', { at: since, name: by.title ?? by.id }) : t('pauses.from', { at: since })}
        {' · '}
        {until === null
          ? t('pauses.still')
          : again
            ? t('pauses.untilBy', { at: until, name: again.title ?? again.id })
            : t('pauses.until', { at: until })}
      </span>
    </p>
  )
}
