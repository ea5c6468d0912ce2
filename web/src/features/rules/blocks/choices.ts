/** What a row can speak of, and what can be asked of it. */
import { labelOf, pathLabel, resolvePath } from '@/api/model'
import type { Entity, LanguageCode } from '@/api/types'
import type { Clause } from '@/conditions/clauses'
import { operatorsOf } from '@/conditions/operators'
import { pathsOf } from '@/conditions/paths'
import type { Choice } from '@/ui/Select'
import type { ChangeRow, Quantity, RecordWord, Row } from './model'

export type Texts = (key: string, options?: Record<string, unknown>) => string

const RECORD = 'record:'
const RELATED = 'related:'
const FIELD = 'field:'

export function subjectOf(row: Row): string | null {
  switch (row.kind) {
    case 'field':
      return FIELD + row.clause.path
    case 'change':
      return FIELD + row.path
    case 'related':
    case 'last':
      return RELATED + row.collection
    case 'record':
      return RECORD
    case 'raw':
      return null
  }
}

export function subjects(entities: Entity[], entity: Entity, language: LanguageCode, t: Texts): Choice[] {
  const fields = pathsOf(entities, entity).map((found) => ({
    value: FIELD + found.path,
    label: pathLabel(found, language),
  }))
  const related = entity.collections.map((one) => ({
    value: RELATED + one.name,
    label: t('blocks.related', { name: labelOf(one, language) }),
  }))
  return [...related, ...fields, { value: RECORD, label: t('blocks.record', { name: labelOf(entity, language) }) }]
}

/** A comparison of a field with its usual operator, without a value yet. */
export function freshClause(path: string, entities: Entity[], entity: Entity): Clause {
  const field = resolvePath(entities, entity, path)?.field
  return { path, operator: (field && operatorsOf(field)[0]?.name) ?? 'notEmpty', values: [] }
}

/** A row that speaks of a subject, with the usual question. */
export function freshRow(subject: string, entities: Entity[], entity: Entity): Row {
  if (subject === RECORD) return { kind: 'record', event: 'created' }
  if (subject.startsWith(RELATED)) {
    const collection = subject.slice(RELATED.length)
    const window = { amount: '30', unit: 'days' }
    return { kind: 'related', quantity: 'no', number: '1', collection, where: null, window }
  }
  return { kind: 'field', clause: freshClause(subject.slice(FIELD.length), entities, entity), held: null }
}

/** The first subject that makes sense: a field of the entity. */
export function firstSubject(entities: Entity[], entity: Entity): string {
  return FIELD + (pathsOf(entities, entity)[0]?.path ?? 'id')
}

export const QUANTITIES: Quantity[] = ['no', 'any', 'at least', 'at most', 'exactly']
export const EVENTS: RecordWord[] = ['created', 'updated', 'deleted']

/** The changes that can be asked of an own field; none for a path over references. */
export function changesOf(path: string, entities: Entity[], entity: Entity): ChangeRow['change'][] {
  const found = resolvePath(entities, entity, path)
  if (found?.steps.length !== 1 || found.field.system) return []
  const ordered = ['number', 'date', 'datetime'].includes(found.field.value_kind)
  return ['changes', 'changes to', 'changes from', ...(ordered ? (['rises', 'falls'] as const) : [])]
}
