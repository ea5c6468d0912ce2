import { labelOf } from '@/api/model'
import type { Entity, Field } from '@/api/types'
import { useTexts } from '@/locales/i18n'
import { DropSpot } from '@/ui/drag/DropSpot'
import { Checkbox } from '@/ui/Inputs'
import { Icon } from '@/ui/icons'
import { Select } from '@/ui/Select'
import type { Import } from './api'
import { LackingNote } from './LackingNote'
import {
  assign,
  fieldOf,
  importable,
  linesOf,
  type Missing,
  naturalKeys,
  type Plan,
  sourceOf,
  toggleKey,
  tune,
  withLines,
} from './plan'

interface LineProps {
  one: Import
  at: number
  column: string
  plan: Plan
  entity: Entity
  /** What the lines of a group become; absent when each row is a record. */
  child?: Entity
  entities: Entity[]
  errors: string[]
  lineErrors: string[]
  /** Rows of the preview whose record is not there. */
  lacking: number
  onPlan: (plan: Plan) => void
}

/** One column of the file: what stands in it, where it goes, and how it is read. */
export function ColumnLine(props: LineProps) {
  const { one, at, column, plan, entity, child, errors, lineErrors, onPlan } = props
  const { t } = useTexts('imports')
  const cells = (one.sample ?? []).map((row) => row[at] ?? '').filter((cell) => cell.trim())
  const lines = linesOf(plan)
  const used = fieldOf(plan, column) !== null || (child && fieldOf(lines, column) !== null)
  return (
    <li className={used ? 'import-line' : 'import-line left-out'}>
      <div className="import-column">
        <b>{column}</b>
        <span className="mut" title={cells.slice(0, 6).join('\n')}>
          {[...new Set(cells)].slice(0, 3).join(' · ') || t('blankColumn')}
        </span>
      </div>
      <Icon name="right" />
      <div className="import-target">
        <Target {...props} plan={plan} entity={entity} errors={errors} label={t('targetOf', { column })} keyed />
        {child && (
          <Target
            {...props}
            plan={lines}
            entity={child}
            without={plan.group?.parent}
            errors={lineErrors}
            label={t('lineTargetOf', { column })}
            onPlan={(next) => onPlan(withLines(plan, next))}
          />
        )}
      </div>
    </li>
  )
}

/** Where a column goes within one entity: its field, how it is read, whether it recognises records. */
function Target({
  one,
  at,
  column,
  plan,
  entity,
  child,
  entities,
  errors,
  lacking,
  label,
  keyed,
  without,
  onPlan,
}: Omit<LineProps, 'lineErrors'> & { label: string; keyed?: boolean; without?: string }) {
  const { t, language } = useTexts('imports')
  const key = fieldOf(plan, column)
  const field = entity.fields.find((candidate) => candidate.key === key)
  const choices = importable(entity)
    .filter((candidate) => candidate.key !== without)
    .map((candidate) => ({
      value: candidate.key,
      label: labelOf(candidate, language) + (candidate.required ? ' *' : ''),
    }))
  const select = (
    <Select
      label={label}
      placeholder={child ? t('notInto', { entity: labelOf(entity, language) }) : t('leftOut')}
      clearable
      value={key}
      choices={choices}
      onChange={(next) => onPlan(assign(plan, column, next))}
    />
  )
  return (
    <div className="import-into" role="group" aria-label={labelOf(entity, language)}>
      {child && <span className="mut import-into-name">{labelOf(entity, language)}</span>}
      {keyed ? (
        <DropSpot name={`col-${at}`} label={label}>
          {select}
        </DropSpot>
      ) : (
        select
      )}
      {field && <How field={field} plan={plan} entities={entities} formats={one.date_formats} onPlan={onPlan} />}
      {field && keyed && (
        <Checkbox checked={(plan.key ?? []).includes(field.key)} onChange={() => onPlan(toggleKey(plan, field.key))}>
          {t('isKey')}
        </Checkbox>
      )}
      {field?.to && lacking > 0 && (
        <LackingNote
          what={labelOf(field, language)}
          count={lacking}
          creatable={field.type === 'reference'}
          onChoose={(missing) => onPlan(tune(plan, field.key, { missing }))}
        />
      )}
      {errors.map((error) => (
        <p key={error} className="import-error" role="alert">
          <Icon name="warning" />
          {error}
        </p>
      ))}
    </div>
  )
}

/** How a cell becomes a value: date formats, and how another record is found. */
function How({
  field,
  plan,
  entities,
  formats,
  onPlan,
}: {
  field: Field
  plan: Plan
  entities: Entity[]
  formats: string[]
  onPlan: (plan: Plan) => void
}) {
  const { t, language } = useTexts('imports')
  const source = sourceOf(plan, field.key)
  if (field.type === 'date' || field.type === 'datetime') {
    return (
      <span className="import-how">
        <Select
          label={t('dateFormat')}
          placeholder={t('dateAuto')}
          clearable
          value={source?.format ?? null}
          choices={formats.map((format) => ({ value: format, label: t('dateAs', { format }) }))}
          onChange={(format) => onPlan(tune(plan, field.key, { format: format ?? undefined }))}
        />
      </span>
    )
  }
  const target = entities.find((one) => one.key === (field.to ?? (field.type === 'user' ? 'user' : '')))
  if (!target) return null
  const missings: Missing[] = ['refuse', 'create', 'empty']
  return (
    <span className="import-how two">
      <Select
        label={t('find')}
        placeholder={t('findAuto')}
        clearable
        value={source?.find ?? null}
        choices={naturalKeys(target).map((one) => ({
          value: one.key,
          label: t('findBy', { field: labelOf(one, language) }),
        }))}
        onChange={(find) => onPlan(tune(plan, field.key, { find: find ?? undefined }))}
      />
      <Select
        label={t('missing')}
        value={source?.missing ?? 'refuse'}
        choices={missings
          .filter((one) => one !== 'create' || field.type === 'reference')
          .map((one) => ({ value: one, label: t(`missings.${one}`) }))}
        onChange={(missing) => onPlan(tune(plan, field.key, { missing: (missing as Missing | null) ?? 'refuse' }))}
      />
    </span>
  )
}
