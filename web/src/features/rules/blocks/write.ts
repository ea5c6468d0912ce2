/** One row of a condition as English text; empty when it is not complete. */

import { resolvePath } from '@/api/model'
import type { Entity, Field } from '@/api/types'
import { isComplete, write as writeClauses } from '@/conditions/clauses'
import { quote } from '@/conditions/tokens'
import type { Row, Span } from './model'

const PLAIN = /^[\p{L}_][\p{L}\p{N}_]*$/u
const RESERVED = new Set(
  'and or not in is for after before all between contains any exactly previous yes no true false empty me now today this'.split(
    ' ',
  ),
)

/** A name, in backticks where the language needs them. */
export const nameText = (name: string) => (PLAIN.test(name) && !RESERVED.has(name) ? name : `\`${name}\``)

export const isWhole = (text: string) => /^\d{1,6}$/.test(text)
const spanText = ({ amount, unit }: Span) => `${amount} ${amount === '1' ? unit.replace(/s$/, '') : unit}`
const goodSpan = (span: Span | null) => span === null || isWhole(span.amount)

function literalText(value: string, field: Field | undefined): string {
  if (value === 'empty' || field?.value_kind === 'boolean' || field?.value_kind === 'number') return value
  return quote(value)
}

/** Whether a row says something already. */
export function isReady(row: Row, entities: Entity[], entity: Entity): boolean {
  return writeRow(row, entities, entity) !== ''
}

export function writeRow(row: Row, entities: Entity[], entity: Entity): string {
  switch (row.kind) {
    case 'raw':
      return row.text
    case 'record':
      return `record is ${row.event}`
    case 'field': {
      if (!isComplete(row.clause) || !goodSpan(row.held)) return ''
      const text = writeClauses(
        { join: 'and', clauses: [row.clause] },
        (path) => resolvePath(entities, entity, path)?.field,
      )
      return text && row.held ? `${text} for ${spanText(row.held)}` : text
    }
    case 'related': {
      const counted = row.quantity !== 'no' && row.quantity !== 'any'
      if (!row.collection || (counted && !isWhole(row.number)) || !goodSpan(row.window)) return ''
      const head = counted ? `${row.quantity} ${row.number}` : row.quantity
      const where = row.where?.trim() ? ` where (${row.where.trim()})` : ''
      const window = row.window ? ` in the last ${spanText(row.window)}` : ''
      return `${head} ${nameText(row.collection)}${where}${window}`
    }
    case 'last':
      if (!row.collection || !isWhole(row.number) || !row.condition.trim()) return ''
      return `the last ${row.number} ${nameText(row.collection)} all (${row.condition.trim()})`
    case 'change': {
      const field = resolvePath(entities, entity, row.path)?.field
      const [before, after] = [literalText(row.before, field), literalText(row.after, field)]
      if (!row.path) return ''
      if (row.change === 'changes to') return row.after ? `${nameText(row.path)} changes to ${after}` : ''
      if (row.change === 'changes from')
        return row.before && row.after ? `${nameText(row.path)} changes from ${before} to ${after}` : ''
      return `${nameText(row.path)} ${row.change}`
    }
  }
}
