import { Fragment } from 'react'
import { labelOf, optionOf } from '@/api/model'
import type { Entity, Field, Value, Values } from '@/api/types'
import { fieldType } from '@/fields/registry'
import { useTexts } from '@/locales/i18n'
import { Icon } from '@/ui/icons'
import type { PlanPreview, PreviewRow, RowProblem } from './api'
import { linesOf, type Plan } from './plan'

interface TableProps {
  preview: PlanPreview
  plan: Plan
  entity: Entity
  /** What the lines of a group become; absent when each row is a record. */
  child?: Entity
}

const fieldsOf = (part: Plan, entity: Entity): Field[] =>
  Object.keys(part.columns)
    .map((key) => entity.fields.find((field) => field.key === key))
    .filter((field) => field !== undefined)

/** The first rows as the records that they would become, each with its lines; rows left out say why in their place. */
export function PreviewTable({ preview, plan, entity, child }: TableProps) {
  const { t, language } = useTexts('imports')
  const fields = fieldsOf(plan, entity)
  const problems = new Map<number, RowProblem[]>()
  for (const one of preview.problems) problems.set(one.row, [...(problems.get(one.row) ?? []), one])
  const lineFields = child ? fieldsOf(linesOf(plan), child) : []
  return (
    <section className="card">
      <header className="card-head">
        <h2>{t('preview')}</h2>
        <span className="mut grow">{child ? t('previewGroups') : t('previewHint')}</span>
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
            {preview.rows.map((record) => {
              const own = problemsOf(record, problems)
              return (
                <Fragment key={record.row}>
                  {(own.length === 0 || child) && (
                    <tr className={own.length ? 'bad' : ''}>
                      <td className="num mut">{record.row}</td>
                      <Cells fields={fields} values={record.values} />
                    </tr>
                  )}
                  {own.length > 0 && (
                    <tr className="bad">
                      <td className="num mut">{child ? '' : record.row}</td>
                      <td colSpan={Math.max(fields.length, 1)}>
                        {own.map((one) => (
                          <p key={`${one.row}${one.column}${one.code}${one.message}`}>
                            <Icon name="warning" />
                            {child && <b className="num">{t('rowNamed', { row: one.row })} </b>}
                            {one.column && <b>{one.column}: </b>}
                            {one.message}
                          </p>
                        ))}
                      </td>
                    </tr>
                  )}
                  {child && record.lines.length > 0 && lineFields.length > 0 && (
                    <tr className="import-lines-of">
                      <td />
                      <td colSpan={Math.max(fields.length, 1)}>
                        <LinesTable lines={record.lines} fields={lineFields} title={labelOf(child, language)} />
                      </td>
                    </tr>
                  )}
                </Fragment>
              )
            })}
          </tbody>
        </table>
      </div>
    </section>
  )
}

/** What is wrong with the rows of a record: its own row first, then its lines. */
function problemsOf(record: PreviewRow, problems: Map<number, RowProblem[]>): RowProblem[] {
  const rows = new Set([record.row, ...record.lines.map((line) => line.row)])
  return [...rows].flatMap((row) => problems.get(row) ?? [])
}

const LINES_SHOWN = 5

function LinesTable({ lines, fields, title }: { lines: PreviewRow['lines']; fields: Field[]; title: string }) {
  const { t, language } = useTexts('imports')
  return (
    <table aria-label={title}>
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
        {lines.slice(0, LINES_SHOWN).map((line) => (
          <tr key={line.row}>
            <td className="num mut">{line.row}</td>
            <Cells fields={fields} values={line.values} />
          </tr>
        ))}
        {lines.length > LINES_SHOWN && (
          <tr>
            <td colSpan={fields.length + 1} className="mut">
              {t('moreLines', { count: lines.length - LINES_SHOWN })}
            </td>
          </tr>
        )}
      </tbody>
    </table>
  )
}

function Cells({ fields, values }: { fields: Field[]; values: Values }) {
  return fields.map((field) => (
    <td key={field.key} className={fieldType(field.type).right ? 'right' : ''}>
      <PreviewCell field={field} value={values[field.key] ?? null} />
    </td>
  ))
}

/** References are still texts here: they become records when the import runs. */
function PreviewCell({ field, value }: { field: Field; value: Value }) {
  if (value === null) return null
  if (field.to || field.type === 'user') return <span>{String(value)}</span>
  if (field.type === 'choice' && typeof value === 'string' && !optionOf(field, value)) return <span>{value}</span>
  const { Cell } = fieldType(field.type)
  return <Cell field={field} value={value} />
}
