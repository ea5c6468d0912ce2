import { resolvePath } from '@/api/model'
import type { Entity, Field } from '@/api/types'
import { ClauseValue } from '@/conditions/ClauseValue'
import { type OperatorName, operatorOf, operatorsOf, takesBlanks } from '@/conditions/operators'
import { useTexts } from '@/locales/i18n'
import { TextInput } from '@/ui/Inputs'
import { Select } from '@/ui/Select'
import { changesOf, EVENTS, freshRow, QUANTITIES, subjectOf, subjects } from './choices'
import { InnerCondition } from './InnerCondition'
import type { ChangeRow, FieldRow, LastRow, RelatedRow, Row, Span } from './model'
import { UNITS } from './read'

interface Of<T> {
  row: T
  entity: Entity
  entities: Entity[]
  onChange: (row: Row) => void
}

/** The controls of one row: what it speaks of, what is asked, and the values. */
export function BlockRow({ row, entity, entities, onChange }: Of<Row>) {
  const { t, language } = useTexts('rules')
  if (row.kind === 'raw') return <code className="block-raw">{language === 'zh' ? row.shown : row.text}</code>
  return (
    <>
      <span className="block-subject">
        <Select
          label={t('blocks.subject')}
          value={subjectOf(row)}
          choices={subjects(entities, entity, language, t)}
          onChange={(subject) => subject && onChange(freshRow(subject, entities, entity))}
        />
      </span>
      {row.kind === 'field' && <FieldParts row={row} entity={entity} entities={entities} onChange={onChange} />}
      {row.kind === 'change' && <ChangeParts row={row} entity={entity} entities={entities} onChange={onChange} />}
      {(row.kind === 'related' || row.kind === 'last') && (
        <RelatedParts row={row} entity={entity} entities={entities} onChange={onChange} />
      )}
      {row.kind === 'record' && (
        <span className="block-operator">
          <Select
            label={t('blocks.event')}
            value={row.event}
            choices={EVENTS.map((event) => ({ value: event, label: t(`blocks.events.${event}`) }))}
            onChange={(event) => onChange({ kind: 'record', event: EVENTS.find((one) => one === event) ?? 'created' })}
          />
        </span>
      )}
    </>
  )
}

/** Comparisons and changes stand in one list: both are asked of a field. */
function Operators({
  path,
  value,
  entity,
  entities,
  onChange,
}: {
  path: string
  value: string
  entity: Entity
  entities: Entity[]
  onChange: (row: Row) => void
}) {
  const { t } = useTexts('rules')
  const { t: words } = useTexts('conditions')
  const field = resolvePath(entities, entity, path)?.field
  if (!field) return null
  const compare = operatorsOf(field).map(({ name }) => ({ value: name as string, label: words(`operators.${name}`) }))
  const change = changesOf(path, entities, entity).map((name) => ({ value: name, label: t(`blocks.changes.${name}`) }))
  const pick = (name: string | null) => {
    const changed = change.find((one) => one.value === name)?.value
    if (changed) return onChange({ kind: 'change', path, change: changed, before: '', after: '' })
    onChange({ kind: 'field', clause: { path, operator: name as OperatorName, values: [] }, held: null })
  }
  return (
    <span className="block-operator">
      <Select label={t('blocks.operator')} value={value} choices={[...compare, ...change]} onChange={pick} />
    </span>
  )
}

function FieldParts({ row, entity, entities, onChange }: Of<FieldRow>) {
  const { t } = useTexts('conditions')
  const { clause } = row
  const field = resolvePath(entities, entity, clause.path)?.field
  if (!field) return null
  const pickOperator = (next: Row) => {
    // The same kind of value may stay when only the comparison changes.
    const keeps = next.kind === 'field' && operatorOf(next.clause.operator).input === operatorOf(clause.operator).input
    onChange(keeps ? { ...row, clause: { ...clause, operator: next.clause.operator } } : next)
  }
  return (
    <>
      <Operators
        path={clause.path}
        value={clause.operator}
        entity={entity}
        entities={entities}
        onChange={pickOperator}
      />
      {operatorOf(clause.operator).input !== 'none' && (
        <span className="block-value">
          <ClauseValue
            clause={clause}
            field={field}
            onChange={(values) => onChange({ ...row, clause: { ...clause, values } })}
          />
        </span>
      )}
      {row.held && <Held span={row.held} onChange={(held) => onChange({ ...row, held })} />}
      {takesBlanks(clause.operator) && clause.operator !== 'empty' && <span className="hint">{t('takesBlanks')}</span>}
    </>
  )
}

function Held({ span, onChange }: { span: Span; onChange: (span: Span) => void }) {
  const { t } = useTexts('rules')
  return (
    <span className="block-span">
      <span>{t('blocks.held')}</span>
      <SpanInput span={span} onChange={onChange} />
    </span>
  )
}

function SpanInput({ span, onChange }: { span: Span; onChange: (span: Span) => void }) {
  const { t } = useTexts('rules')
  return (
    <>
      <Whole label={t('blocks.amount')} value={span.amount} onChange={(amount) => onChange({ ...span, amount })} />
      <span className="block-unit">
        <Select
          label={t('blocks.unit')}
          value={span.unit}
          choices={UNITS.map((unit) => ({ value: unit, label: t(`blocks.units.${unit}`) }))}
          onChange={(unit) => onChange({ ...span, unit: unit ?? 'days' })}
        />
      </span>
    </>
  )
}

function Whole({ label, value, onChange }: { label: string; value: string; onChange: (value: string) => void }) {
  return (
    <span className="block-number">
      <TextInput
        aria-label={label}
        inputMode="numeric"
        value={value}
        onChange={(text) => onChange(text.replace(/\D/g, '').slice(0, 6))}
      />
    </span>
  )
}

function ChangeParts({ row, entity, entities, onChange }: Of<ChangeRow>) {
  const { t } = useTexts('rules')
  const field = resolvePath(entities, entity, row.path)?.field
  if (!field) return null
  return (
    <>
      <Operators path={row.path} value={row.change} entity={entity} entities={entities} onChange={onChange} />
      {row.change === 'changes from' && (
        <>
          <Literal
            field={field}
            value={row.before}
            label={t('blocks.before')}
            onChange={(before) => onChange({ ...row, before })}
          />
          <span>{t('blocks.to')}</span>
        </>
      )}
      {(row.change === 'changes to' || row.change === 'changes from') && (
        <Literal
          field={field}
          value={row.after}
          label={t('blocks.after')}
          onChange={(after) => onChange({ ...row, after })}
        />
      )}
    </>
  )
}

/** A value that a field changes to: the comparison control of the same field, with "is". */
function Literal({
  field,
  value,
  label,
  onChange,
}: {
  field: Field
  value: string
  label: string
  onChange: (value: string) => void
}) {
  const { t, language } = useTexts('rules')
  const options = field.options.map((one) => ({ value: one.value, label: one.labels[language] ?? one.value }))
  const fixed =
    field.value_kind === 'boolean'
      ? [
          { value: 'yes', label: t('app:yes') },
          { value: 'no', label: t('app:no') },
        ]
      : options
  return (
    <span className="block-value">
      {fixed.length ? (
        <Select
          label={label}
          value={value || null}
          choices={[...fixed, { value: 'empty', label: t('blocks.empty') }]}
          onChange={(next) => onChange(next ?? '')}
        />
      ) : (
        <TextInput aria-label={label} value={value} onChange={onChange} />
      )}
    </span>
  )
}

function RelatedParts({ row, entity, entities, onChange }: Of<RelatedRow | LastRow>) {
  const { t } = useTexts('rules')
  const quantity = row.kind === 'last' ? 'last' : row.quantity
  const pick = (next: string | null) => {
    const { collection } = row
    const number = row.number || '1'
    if (next === 'last') {
      const condition = row.kind === 'last' ? row.condition : (row.where ?? '')
      return onChange({ kind: 'last', number: row.kind === 'last' ? number : '2', collection, condition })
    }
    const found = QUANTITIES.find((one) => one === next) ?? 'no'
    const [where, window] = row.kind === 'last' ? [row.condition || null, null] : [row.where, row.window]
    onChange({ kind: 'related', quantity: found, number, collection, where, window })
  }
  const choices = [...QUANTITIES, 'last'].map((one) => ({ value: one, label: t(`blocks.quantities.${one}`) }))
  const counted = row.kind === 'last' || (row.quantity !== 'no' && row.quantity !== 'any')
  return (
    <>
      <span className="block-operator">
        <Select label={t('blocks.quantity')} value={quantity} choices={choices} onChange={pick} />
      </span>
      {counted && (
        <Whole label={t('blocks.number')} value={row.number} onChange={(number) => onChange({ ...row, number })} />
      )}
      {row.kind === 'related' ? (
        <Window row={row} onChange={onChange} />
      ) : (
        <Inner
          row={row}
          text={row.condition}
          entity={entity}
          entities={entities}
          onText={(condition) => onChange({ ...row, condition })}
        />
      )}
      {row.kind === 'related' && row.where !== null && (
        <Inner
          row={row}
          text={row.where}
          entity={entity}
          entities={entities}
          onText={(where) => onChange({ ...row, where })}
        />
      )}
    </>
  )
}

function Window({ row, onChange }: { row: RelatedRow; onChange: (row: Row) => void }) {
  const { t } = useTexts('rules')
  const open = row.window !== null
  return (
    <span className="block-span">
      <span className="block-window">
        <Select
          label={t('blocks.window')}
          value={open ? 'last' : 'ever'}
          choices={[
            { value: 'last', label: t('blocks.inTheLast') },
            { value: 'ever', label: t('blocks.everBefore') },
          ]}
          onChange={(next) => onChange({ ...row, window: next === 'last' ? { amount: '30', unit: 'days' } : null })}
        />
      </span>
      {row.window && <SpanInput span={row.window} onChange={(window) => onChange({ ...row, window })} />}
    </span>
  )
}

/** The condition of the related records: one comparison as controls, anything richer as its text. */
function Inner({
  row,
  text,
  entity,
  entities,
  onText,
}: {
  row: RelatedRow | LastRow
  text: string
  entity: Entity
  entities: Entity[]
  onText: (text: string) => void
}) {
  const { t } = useTexts('rules')
  const collection = entity.collections.find((one) => one.name === row.collection)
  const target = entities.find((one) => one.key === collection?.entity)
  if (!target) return <code className="block-raw">{text}</code>
  return (
    <span className="block-inner">
      <span>{row.kind === 'last' ? t('blocks.allOf') : t('blocks.where')}</span>
      <InnerCondition key={row.collection} text={text} target={target} entities={entities} onText={onText} />
    </span>
  )
}
