import { useSession } from '@/api/session'
import { useTexts } from '@/locales/i18n'
import { Button } from '@/ui/Button'
import { Icon } from '@/ui/icons'
import { formatDecimal } from '@/values/decimal'
import { formatInstant } from '@/values/time'
import type { Backtest, Found } from './api'

/** What was played, from when on the past is known, and the other way of telling it where that helps. */
export function Known({ run, found, onBusiness }: { run: Backtest; found: Found; onBusiness: () => void }) {
  const { t, tag } = useTexts('backtest')
  const zone = useSession()?.workspace.timezone ?? 'UTC'
  const late = run.history === 'recorded' && found.late > 0
  const before = found.known_since !== null && found.known_since > run.from
  const shown = (value: number) => formatDecimal(String(value), tag)
  return (
    <section className="backtest-known" aria-label={t('known')}>
      <p className="mut">
        {t('played', {
          from: formatInstant(run.from, zone),
          to: formatInstant(run.to, zone),
          events: shown(found.events),
          records: shown(found.records),
        })}{' '}
        {t('nothingDone')}
      </p>
      {run.history === 'business' && <p className="mut">{t('businessNote')}</p>}
      {before && found.known_since && run.history === 'recorded' && (
        <p className="backtest-warn">
          <Icon name="info" />
          <span>{t('knownSince', { at: formatInstant(found.known_since, zone) })}</span>
        </p>
      )}
      {late && (
        <p className="backtest-warn">
          <Icon name="info" />
          <span>{t('late', { count: found.late, shown: shown(found.late) })}</span>
          <Button small onClick={onBusiness}>
            {t('tryBusiness')}
          </Button>
        </p>
      )}
    </section>
  )
}
