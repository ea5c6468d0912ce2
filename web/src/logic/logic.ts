/**
 * Conditions of forms in the browser: JsonLogic as the server writes it, over the values of one record at one moment.
 *
 * What the browser cannot decide (related records, another record's fields, working days before they were read) gives
 * null, and the server's verdict stands.
 */
import type { Field, Value, Values } from '@/api/types'
import { instantText, readDay, readInstant } from './days'
import { evaluate, OPERATORS } from './engine'
import { read } from './exact'
import type { Moment } from './moment'
import { truthy } from './standard'

type Data = Record<string, unknown>

/** Throws when something in the logic is beyond this record or this browser. */
function requireLocal(logic: unknown, data: Data): void {
  if (Array.isArray(logic)) {
    for (const part of logic) requireLocal(part, data)
    return
  }
  if (typeof logic !== 'object' || logic === null) return
  const [entry, ...more] = Object.entries(logic)
  if (!entry || more.length) throw new Error('not one operator')
  const [operator, operands] = entry
  if (!OPERATORS.has(operator)) throw new Error(`the server decides ${operator}`)
  if (operator === 'var' && !Object.hasOwn(data, String(operands))) throw new Error('beyond this record')
  requireLocal(operands, data)
}

/** A value as it travels → as conditions read it; what is no value of its kind (yet) is empty. */
function reasoned(value: Value, kind: string): unknown {
  if (Array.isArray(value)) return value.length ? value : null
  if (typeof value !== 'string') return value
  if (kind === 'number') return read(value)
  if (kind === 'date') return readDay(value) === null ? null : value
  if (kind === 'datetime') {
    const instant = readInstant(value)
    return instant === null ? null : instantText(instant)
  }
  return value.normalize('NFC') || null
}

/** Whether a condition holds for these values of these fields at a moment; null when the browser cannot decide it. */
export function decide(logic: unknown, values: Values, fields: Field[], moment: Moment): boolean | null {
  if (logic === null || logic === undefined) return null
  try {
    const data: Data = moment.data()
    for (const { key, value_kind } of fields) data[key] = reasoned(values[key] ?? null, value_kind)
    requireLocal(logic, data)
    return truthy(evaluate(logic, data, moment))
  } catch {
    return null
  }
}
