/** The operators that JsonLogic has not, about one record's own values (`docs/jsonlogic.md`); as on the server. */
import { civil, weekday } from './days'
import { type Exact, exact, read } from './exact'
import { fold, lower, trim, upper } from './folding'
import type { Moment, Window } from './moment'
import { isNumber, type Method, number, type Operand, order, strictlyEqual } from './standard'

export type TimelyMethod = (moment: Moment, operands: Operand[]) => Operand

const DATE_LETTERS = '2026-01-31'.length

const blank = (value: Operand) =>
  value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0)

/** A date beside an instant is its local midnight. */
function comparable(moment: Moment, value: Operand, beside: Operand): Operand {
  const mixed = typeof value === 'string' && typeof beside === 'string' && value.length === DATE_LETTERS
  return mixed && beside.length > DATE_LETTERS ? moment.midnight(value) : value
}

function equal(one: Operand, other: Operand): boolean {
  if (!Array.isArray(one) || !Array.isArray(other)) return strictlyEqual(one, other)
  return one.every((part) => other.includes(part)) && other.every((part) => one.includes(part))
}

const SIGNS: Record<string, (sign: number) => boolean> = {
  '<': (sign) => sign < 0,
  '<=': (sign) => sign <= 0,
  '>': (sign) => sign > 0,
  '>=': (sign) => sign >= 0,
}

function compared(moment: Moment, operator: Operand, left: Operand, right: Operand): boolean {
  if (operator === '!=') return !compared(moment, '=', left, right)
  if (blank(left) || blank(right)) return false
  const [one, other] = [comparable(moment, left, right), comparable(moment, right, left)]
  if (operator === '=') return equal(one, other)
  const sign = order(one, other)
  return sign !== null && Boolean(SIGNS[String(operator)]?.(sign))
}

const matching =
  (holds: (text: string, pattern: string) => boolean): Method =>
  ([text, pattern]) =>
    !blank(text) && !blank(pattern) && holds(fold(String(text)), fold(String(pattern)))

const holding = (value: Operand, option: Operand) =>
  !blank(option) && (Array.isArray(value) ? value : [value]).includes(option)

/** The extreme of values of one kind: numbers, texts or times. */
const extreme =
  (sign: number): Method =>
  (values) =>
    values.reduce((found, one) => ((order(one, found) ?? 0) * sign < 0 ? one : found))

const numeric =
  (of: (first: Exact, second?: Exact) => Exact): Method =>
  (values) => {
    const [first, second] = values.map(number)
    return first ? of(first, second ?? undefined) : null
  }

const textual =
  (of: (text: string) => string): Method =>
  ([text]) =>
    of(String(text)) || null

const STRICT: Record<string, Method> = {
  abs: numeric(exact.absolute),
  round: numeric(exact.rounded),
  floor: numeric(exact.floor),
  ceil: numeric(exact.ceiling),
  min: extreme(1),
  max: extreme(-1),
  length: ([text]) => exact.whole(Array.from(String(text)).length),
  lower: textual(lower),
  upper: textual(upper),
  trim: textual(trim),
}

const OF_DAYS: Record<string, (day: number) => number> = {
  year: (day) => civil(day).year,
  month: (day) => civil(day).month,
  day: (day) => civil(day).day,
  weekday: (day) => weekday(day) + 1,
}

function called(moment: Moment, [name, ...values]: Operand[]): Operand {
  const word = String(name)
  if (word === 'count') return exact.whole(Array.isArray(values[0]) ? values[0].length : 0)
  if (word === 'coalesce') return values.find((value) => !blank(value)) ?? null
  if (values.some(blank)) return null
  const ofDay = OF_DAYS[word]
  if (ofDay) return exact.whole(ofDay(moment.localDay(String(values[0]))))
  const strict = STRICT[word]
  if (!strict) throw new Error(`no function ${word}`)
  return strict(values)
}

function typed([type, value]: Operand[]): Operand {
  const kind = Array.isArray(type) ? type[0] : null
  if (kind === 'number') return isNumber(value) || typeof value === 'string' ? read(String(value)) : null
  return kind === 'record' && isNumber(value) ? String(value) : value
}

export const OURS: Record<string, Method> = {
  contains: matching((text, pattern) => text.includes(pattern)),
  starts_with: matching((text, pattern) => text.startsWith(pattern)),
  ends_with: matching((text, pattern) => text.endsWith(pattern)),
  has_any: ([value, ...options]) => !blank(value) && options.some((option) => holding(value, option)),
  has_all: ([value, ...options]) => !blank(value) && options.every((option) => holding(value, option)),
  divide: (operands) => {
    const [a, b] = operands.map(number)
    return a && b ? exact.quotient(a, b) : null
  },
  as: ([, value]) => value,
  typed,
}

/** Those that ask what time it is, or where local midnight lies. */
export const TIMELY: Record<string, TimelyMethod> = {
  compare: (moment, [operator, left, right]) => compared(moment, operator, left, right),
  between: (moment, [value, low, high]) => compared(moment, '>=', value, low) && compared(moment, '<=', value, high),
  one_of: (moment, [value, ...options]) => options.some((option) => compared(moment, '=', value, option)),
  within: (moment, [value, window]) => !blank(value) && moment.within(String(value), window as Window),
  older_than: (moment, [value, amount, unit]) =>
    !blank(value) && moment.older(String(value), Number(amount), String(unit)),
  shift: (moment, [value, sign, amount, unit]) =>
    blank(value) ? null : moment.shifted(String(value), Number(sign), Number(amount), String(unit)),
  elapsed: (moment, [unit, direction, value]) =>
    blank(value) ? null : exact.whole(moment.elapsed(String(unit), String(direction), String(value))),
  call: called,
}
