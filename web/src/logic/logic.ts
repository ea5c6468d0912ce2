/**
 * Conditions of forms in the browser: JsonLogic as the server writes it, over the values of one record.
 *
 * Two-valued as the language is: a comparison with an empty operand is false, numbers are exact decimals. What the
 * browser cannot decide (an operator of the server's own) gives null, and the server's verdict stands.
 */
import { LogicEngine } from 'json-logic-engine'
import type { Values } from '@/api/types'
import { add, compare, parseDecimal, type Scaled, toText } from '@/values/decimal'

type Operand = unknown
const empty = (value: Operand) =>
  value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0)

function decimal(value: Operand): Scaled | null {
  return typeof value === 'string' || typeof value === 'number' ? parseDecimal(String(value)) : null
}

/** Negative, zero, positive; null when the two cannot be compared. */
function order(a: Operand, b: Operand): number | null {
  if (empty(a) || empty(b)) return null
  const [x, y] = [decimal(a), decimal(b)]
  if (x && y) return compare(x, y)
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0
  return a === b ? 0 : null
}

const ordered = (accept: (sign: number) => boolean) => (operands: Operand[]) =>
  operands.slice(1).every((operand, index) => {
    const sign = order(operands[index], operand)
    return sign !== null && accept(sign)
  })

function same(a: Operand, b: Operand): boolean {
  return order(a, b) === 0
}

function arithmetic(combine: (a: Scaled, b: Scaled) => Scaled) {
  return (operands: Operand[]): string | null => {
    const values = operands.map(decimal)
    const [first, ...rest] = values
    if (!first || rest.some((value) => value === null)) return null
    return toText(rest.reduce<Scaled>((sum, value) => combine(sum, value ?? first), first))
  }
}

const negate = ({ digits, scale }: Scaled): Scaled => ({ digits: -digits, scale })

function contains([needle, hay]: Operand[]): boolean {
  if (empty(needle) || empty(hay)) return false
  if (Array.isArray(hay)) return hay.some((one) => same(one, needle))
  return String(hay).toLowerCase().includes(String(needle).toLowerCase())
}

const engine = new LogicEngine()
const methods: Record<string, (operands: Operand[]) => unknown> = {
  '==': ([a, b]) => same(a, b),
  '===': ([a, b]) => same(a, b),
  '!=': ([a, b]) => !same(a, b),
  '!==': ([a, b]) => !same(a, b),
  '<': ordered((sign) => sign < 0),
  '<=': ordered((sign) => sign <= 0),
  '>': ordered((sign) => sign > 0),
  '>=': ordered((sign) => sign >= 0),
  in: contains,
  '+': arithmetic(add),
  '-': ([a, b]) =>
    b === undefined
      ? arithmetic(add)([a].map((one) => textOfNegative(one)))
      : arithmetic((x, y) => add(x, negate(y)))([a, b]),
  '*': arithmetic((a, b) => ({ digits: a.digits * b.digits, scale: a.scale + b.scale })),
}

function textOfNegative(value: Operand): string | null {
  const read = decimal(value)
  return read && toText(negate(read))
}

for (const [name, method] of Object.entries(methods))
  engine.addMethod(name, (operands: unknown) => method(Array.isArray(operands) ? operands : [operands]))

/** Whether a condition holds for these values; null when the browser cannot decide it. */
export function decide(logic: unknown, values: Values): boolean | null {
  if (typeof logic === 'boolean') return logic
  if (logic === null || logic === undefined) return null
  try {
    return Boolean(engine.run(logic, values))
  } catch {
    // An operator that only the server knows: its verdict stands.
    return null
  }
}
