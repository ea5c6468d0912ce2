import { useSession } from '@/api/session'
import { useTexts } from '@/locales/i18n'
import { ClockPanel } from './ClockControl'

/** On the home page of a demo workspace: the clock, open from the start. */
export default function ClockCard() {
  const { t } = useTexts('firings')
  if (!useSession()?.workspace.demo) return null
  return (
    <section className="card clock-card" aria-label={t('clock.title')}>
      <ClockPanel />
    </section>
  )
}
