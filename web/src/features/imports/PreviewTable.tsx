import { labelOf, optionOf } from '@/api/model'
import type { Entity, Field, Value } from '@/api/types'
import { fieldType } from '@/fields/registry'
import { useTexts } from '@/locales/i18n'
import { Icon } from '@/ui/icons'
import type { PlanPreview, RowProblem } from './api'
import type { Plan } from './plan'

/** The first rows as the records that they would become; rows left out say why in their place. */
export function PreviewTable({ preview, plan, entity }: { preview: PlanPreview; plan: Plan; entity: Entity }) {
  const { t, language } = useTexts('imports')
  const fields = Object.keys(plan.columns)
    .map((key) => entity.fields.find((field) => field.key === key))
    .filter((field) => field !== undefined)
  const problems = new Map<number, RowProblem[]>()
  for (const one of preview.problems) problems.set(one.row, [...(problems.get(one.row) ?? []), one])
  const rows = [
    ...preview.rows.map((row) => ({ row: row.row, values: row.values as Record<string, Value> | null })),
    ...[...problems.keys()].map((row) => ({ row, values: null })),
  ].sort((a, b) => a.row - b.row)
  return (
    <section className="card">
      <header className="card-head">
        <h2>{t('preview')}</h2>
        <span className="mut grow">{t('previewHint')}</span>
        {preview.problems.length > 0 && (
          <span className="import-bad">
            <Icon name="warning" />
            {t('leftOutCount', { count: problems.size })}
          </span>
        )}
      </header>
      <div className="import-table" tabIndex={0} role="region" aria-label={t('preview')}>
        <table>
          <thead>
            <tr>
              <th className="num">{t('row')}</th>
              {fields.map((field) => (
                <th key={field.key} className={fieldType(field.type).right ? 'right' : ''}>
                  {labelOf(field, language)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ row, values }) => (
              <tr key={row} className={values ? '' : 'bad'}>
                <td className="num mut">{row}</td>
                {values ? (
                  fields.map((field) => (
                    <td key={field.key} className={fieldType(field.type).right ? 'right' : ''}>
                      <PreviewCell field={field} value={values[field.key] ?? null} />
                    </td>
                  ))
                ) : (
                  <td colSpan={fields.length}>
                    {(problems.get(row) ?? []).map((one) => (
                      <p key={one.code + one.message}>
                        <Icon name="warning" />
                        {one.column && <b>{one.column}: </b>}
                        {one.message}
                      </p>
                    ))}
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}

/** References are still texts here: they become records when the import runs. */
function PreviewCell({ field, value }: { field: Field; value: Value }) {
  if (value === null) return null
  if (field.to || field.type === 'user') return <span>{String(value)}</span>
  if (field.type === 'choice' && typeof value === 'string' && !optionOf(field, value)) return <span>{value}</span>
  const { Cell } = fieldType(field.type)
  return <Cell field={field} value={value} />
}
