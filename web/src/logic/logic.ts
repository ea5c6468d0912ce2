/**
 * Conditions of forms in the browser: JsonLogic as the server writes it, over the values of one record.
 *
 * Numbers are exact decimals, never floats. What the browser cannot decide (related records, the clock, another
 * record's fields) gives null, and the server's verdict stands.
 */
import { LogicEngine } from 'json-logic-engine'
import type { Field, Value, Values } from '@/api/types'
import { add, compare, parseDecimal, type Scaled } from '@/values/decimal'

/** A number while it is being reasoned with. */
class Exact {
  constructor(readonly value: Scaled) {}
}

type Operand = unknown
type Method = (operands: Operand[]) => unknown

const isEmpty = (value: Operand) =>
  value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0)

function exact(value: Operand): Scaled | null {
  if (value instanceof Exact) return value.value
  return typeof value === 'number' ? parseDecimal(String(value)) : null
}

/** Texts are ordered by code point, as on the server (not by UTF-16 units). */
function orderTexts(a: string, b: string): number {
  const [x, y] = [Array.from(a), Array.from(b)]
  for (let at = 0; at < Math.min(x.length, y.length); at += 1) {
    const difference = (x[at]?.codePointAt(0) ?? 0) - (y[at]?.codePointAt(0) ?? 0)
    if (difference) return difference
  }
  return x.length - y.length
}

/** Negative, zero, positive; null when the two cannot be compared. */
function order(a: Operand, b: Operand): number | null {
  const [x, y] = [exact(a), exact(b)]
  if (x && y) return compare(x, y)
  if (typeof a === 'string' && typeof b === 'string') return orderTexts(a, b)
  return null
}

function same(a: Operand, b: Operand): boolean {
  if (isEmpty(a) || isEmpty(b)) return isEmpty(a) && isEmpty(b)
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((one) => b.includes(one))
  return a === b || order(a, b) === 0
}

const ordered =
  (accept: (sign: number) => boolean): Method =>
  (operands) =>
    operands.slice(1).every((operand, index) => {
      const sign = order(operands[index], operand)
      return sign !== null && accept(sign)
    })

const arithmetic =
  (combine: (a: Scaled, b: Scaled) => Scaled): Method =>
  (operands) => {
    const [first, ...rest] = operands.map(exact)
    if (!first || rest.some((value) => value === null)) return null
    return new Exact(rest.reduce<Scaled>((sum, value) => combine(sum, value ?? first), first))
  }

const negate = ({ digits, scale }: Scaled): Scaled => ({ digits: -digits, scale })
const minus = arithmetic((a, b) => add(a, negate(b)))

const fold = (value: Operand) => String(value).toLowerCase()
const textual =
  (holds: (text: string, pattern: string) => boolean): Method =>
  ([text, pattern]) =>
    !isEmpty(text) && !isEmpty(pattern) && holds(fold(text), fold(pattern))

const members = (value: Operand): Operand[] => (Array.isArray(value) ? value : [])
const given = ([value, ...options]: Operand[]) => !isEmpty(value) && options.length > 0

const METHODS: Record<string, Method> = {
  '==': ([a, b]) => same(a, b),
  '===': ([a, b]) => same(a, b),
  '!=': ([a, b]) => !same(a, b),
  '!==': ([a, b]) => !same(a, b),
  '<': ordered((sign) => sign < 0),
  '<=': ordered((sign) => sign <= 0),
  '>': ordered((sign) => sign > 0),
  '>=': ordered((sign) => sign >= 0),
  in: ([needle, list]) => !isEmpty(needle) && members(list).some((one) => same(one, needle)),
  one_of: ([value, ...options]) => !isEmpty(value) && options.some((one) => same(one, value)),
  has_any: (operands) => given(operands) && operands.slice(1).some((one) => members(operands[0]).includes(one)),
  has_all: (operands) => given(operands) && operands.slice(1).every((one) => members(operands[0]).includes(one)),
  contains: textual((text, pattern) => text.includes(pattern)),
  starts_with: textual((text, pattern) => text.startsWith(pattern)),
  ends_with: textual((text, pattern) => text.endsWith(pattern)),
  '+': arithmetic(add),
  '-': (operands) =>
    operands.length === 1 ? arithmetic(negate)([operands[0], new Exact({ digits: 0n, scale: 0 })]) : minus(operands),
  '*': arithmetic((a, b) => ({ digits: a.digits * b.digits, scale: a.scale + b.scale })),
}

const engine = new LogicEngine()
for (const [name, method] of Object.entries(METHODS)) {
  engine.addMethod(name, (operands: unknown) => method(Array.isArray(operands) ? operands : [operands]))
}

/** Operators that mean the same here as on the server; any other is the server's to decide. */
const KNOWN = new Set([...Object.keys(METHODS), 'var', 'and', 'or', '!', '!!', 'if', 'typed'])

/** The logic with literals made exact; throws when something in it is beyond this record or this browser. */
function prepare(logic: unknown): unknown {
  if (Array.isArray(logic)) return logic.map(prepare)
  if (typeof logic !== 'object' || logic === null) return logic
  const [entry, ...more] = Object.entries(logic)
  if (!entry || more.length) throw new Error('not one operator')
  const [operator, operands] = entry
  const list: unknown[] = Array.isArray(operands) ? operands : [operands]
  if (!KNOWN.has(operator)) throw new Error(`the server decides ${operator}`)
  if (operator === 'var' && (list.length > 1 || /[.$]/.test(String(list[0])))) throw new Error('beyond this record')
  if (operator === 'typed') return literal(list)
  return { [operator]: list.map(prepare) }
}

function literal([type, value]: unknown[]): unknown {
  const kind = Array.isArray(type) ? type[0] : null
  // `preserve` keeps the engine from taking the number for logic.
  if (kind === 'number') return { preserve: new Exact(parseDecimal(String(value)) ?? { digits: 0n, scale: 0 }) }
  return value
}

const INSTANT = /^(.*T\d{2}:\d{2}:\d{2})(?:\.(\d+))?Z$/

function reasoned(value: Value, kind: string): unknown {
  if (typeof value !== 'string') return value
  if (kind === 'number') {
    const read = parseDecimal(value)
    return read && new Exact(read)
  }
  const instant = kind === 'datetime' ? INSTANT.exec(value) : null
  return instant ? `${instant[1]}.${(instant[2] ?? '').padEnd(6, '0')}Z` : value
}

/** Whether a condition holds for these values of these fields; null when the browser cannot decide it. */
export function decide(logic: unknown, values: Values, fields: Field[]): boolean | null {
  if (typeof logic === 'boolean') return logic
  if (logic === null || logic === undefined) return null
  try {
    const data = Object.fromEntries(
      fields.map(({ key, value_kind }) => [key, reasoned(values[key] ?? null, value_kind)]),
    )
    return Boolean(engine.run(prepare(logic) as never, data))
  } catch {
    return null
  }
}
