import { Link } from '@tanstack/react-router'
import type { Written } from '@/api/types'
import { useTexts } from '@/locales/i18n'
import { IconButton } from '@/ui/Button'
import { FiringCard } from '@/ui/Firings'

/** What a write has caused: the firings with their effects and reasons, and warnings. */
export function JustFired({ written, onClose }: { written: Written; onClose: () => void }) {
  const { t } = useTexts('records')
  const records = written.firings.flatMap((firing) =>
    firing.effects.flatMap((effect) => (effect.record ? [effect.record] : [])),
  )
  if (!written.firings.length && !written.warnings.length && !written.queued) return null
  return (
    <section className="card just-fired" role="status">
      <header className="line">
        <h2 className="grow">{t('justFired', { count: written.firings.length })}</h2>
        <IconButton small icon="x" label={t('app:close')} onClick={onClose} />
      </header>
      {Boolean(written.queued) && <p className="mut">{t('queues:queuedRecords', { count: written.queued })}</p>}
      {written.warnings.map((warning) => {
        const text = typeof warning === 'string' ? warning : warning.message
        return (
          <p key={text} className="warning-line">
            {text}
          </p>
        )
      })}
      {written.firings.map((firing) => (
        <FiringCard key={firing.id} firing={firing} />
      ))}
      {records.length > 0 && (
        <ul className="made">
          {records.map((record) => (
            <li key={`${record.entity}/${record.id}`}>
              <Link to={`/records/${record.entity}/${record.id}`}>{record.title ?? `#${record.id}`}</Link>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
