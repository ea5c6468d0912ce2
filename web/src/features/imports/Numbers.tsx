import { labelOf, useEntities } from '@/api/model'
import { useTexts } from '@/locales/i18n'
import { formatDecimal } from '@/values/decimal'
import type { Tally } from './api'

const SHOWN = ['rows', 'created', 'updated', 'unchanged', 'lines', 'skipped', 'left_out'] as const

/** What an import did or would do; what is zero and says nothing is left away. */
export function Numbers({ report, dry }: { report: Partial<Tally>; dry?: boolean }) {
  const { t, tag, language } = useTexts('imports')
  const entities = useEntities() ?? []
  const shown = SHOWN.filter((name) => name === 'rows' || name === 'created' || (report[name] ?? 0) > 0)
  const made = Object.entries(report.made ?? {}).filter(([, count]) => count > 0)
  return (
    <>
      <dl className="import-numbers">
        {shown.map((name) => (
          <div key={name} className={name === 'left_out' ? 'bad' : ''}>
            <dt>{t(`numbers.${name}`)}</dt>
            <dd className="num" data-testid={`import-${name}`}>
              {formatDecimal(String(report[name] ?? 0), tag)}
            </dd>
          </div>
        ))}
      </dl>
      {made.map(([key, count]) => {
        const entity = entities.find((one) => one.key === key)
        return (
          <p key={key} className="mut">
            {t(dry ? 'wouldMake' : 'alsoMade', {
              count,
              shown: formatDecimal(String(count), tag),
              entity: entity ? labelOf(entity, language) : key,
            })}
          </p>
        )
      })}
    </>
  )
}
