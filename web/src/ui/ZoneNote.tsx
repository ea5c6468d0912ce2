import { useSession } from '@/api/session'
import { useTexts } from '@/locales/i18n'

/** In which zone the times of a page are: the workspace's own, wherever its reader sits. */
export function ZoneNote() {
  const { t, tag } = useTexts()
  const workspace = useSession()?.workspace
  if (!workspace) return null
  const { timezone: zone, now } = workspace
  const parts = new Intl.DateTimeFormat(tag, { timeZone: zone, timeZoneName: 'longOffset' }).formatToParts(
    new Date(now),
  )
  const offset = parts.find((part) => part.type === 'timeZoneName')?.value ?? ''
  return <p className="zone-note hint">{t('zoneNote', { zone, offset: offset.replace('GMT', 'UTC') })}</p>
}
