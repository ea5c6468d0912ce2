import { labelOf } from '@/api/model'
import { useTexts } from '@/locales/i18n'
import type { RemoteField } from './api'

/** The first rows of a resource as they stand in the other system; nothing of it is stored. */
export function SampleTable({
  fields,
  rows,
  open,
}: {
  fields: RemoteField[]
  rows: Record<string, unknown>[]
  open: boolean
}) {
  const { t, language } = useTexts('connections')
  const shown = fields.filter((one) => !one.within && rows.some((row) => row[one.key] !== undefined))
  if (!rows.length) return <p className="mut">{t('sampleEmpty')}</p>
  return (
    <details open={open} className="remote-sample">
      <summary>{t('sample', { count: rows.length })}</summary>
      <section className="remote-rows" tabIndex={0} aria-label={t('sample', { count: rows.length })}>
        <table>
          <thead>
            <tr>
              {shown.map((one) => (
                <th key={one.key} scope="col" title={one.key}>
                  {labelOf({ labels: one.labels, name: one.key }, language)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a sample never changes its order
              <tr key={at}>
                {shown.map((one) => (
                  <td key={one.key}>{String(row[one.key] ?? '')}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </details>
  )
}
