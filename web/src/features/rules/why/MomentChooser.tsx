import { useSession } from '@/api/session'
import { useTexts } from '@/locales/i18n'
import { Button } from '@/ui/Button'
import { DateInput } from '@/ui/DateInput'
import { ZoneNote } from '@/ui/ZoneNote'
import { fromLocal, toLocal } from '@/values/time'
import './why.css'

const DAY = 86_400_000

/** Now, or an instant of the past; in the workspace's own time. */
export function MomentChooser({ at, onChange }: { at: string | null; onChange: (at: string | null) => void }) {
  const { t } = useTexts('rules')
  const workspace = useSession()?.workspace
  const zone = workspace?.timezone ?? 'UTC'
  const now = workspace ? Date.parse(workspace.now) : Date.now()
  return (
    <>
      <span className="why-label">{t('whyAt')}</span>
      <div className="why-moment">
        <DateInput
          withTime
          aria-label={t('whyAt')}
          value={at ? toLocal(at, zone) : null}
          onChange={(local) => onChange(local ? fromLocal(local, zone) : null)}
        />
        <Button small disabled={at === null} onClick={() => onChange(null)}>
          {t('whyNow')}
        </Button>
        {[1, 7, 30].map((days) => (
          <Button key={days} small onClick={() => onChange(new Date(now - days * DAY).toISOString())}>
            {t('whyAgo', { count: days })}
          </Button>
        ))}
        <ZoneNote />
      </div>
    </>
  )
}
