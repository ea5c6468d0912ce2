/** JsonLogic's standard operators with their standard meaning, except that numbers stay exact; as on the server. */
import { Exact, exact, read, ZERO } from './exact'

/** A value while it is being reasoned with: JSON, or an exact number. */
export type Operand = unknown
export type Method = (operands: Operand[]) => Operand

export const isNumber = (value: Operand): value is number | Exact => typeof value === 'number' || value instanceof Exact

/** Zero, empty text, empty list and null are false. */
export function truthy(value: Operand): boolean {
  if (value instanceof Exact) return value.digits !== 0n
  return Array.isArray(value) ? value.length > 0 : Boolean(value)
}

/** A value as a number as JavaScript takes it; null where it is none. */
export function number(value: Operand): Exact | null {
  if (value === null || value === undefined || value === false) return ZERO
  if (value === true) return exact.whole(1)
  if (value instanceof Exact) return value
  if (typeof value === 'number') return read(value)
  if (Array.isArray(value)) return number(text(value))
  if (typeof value !== 'string') return null
  return value.trim() === '' ? ZERO : read(value.trim())
}

export function text(value: Operand): string {
  if (value === null || value === undefined) return ''
  if (Array.isArray(value)) return value.map(text).join(',')
  return typeof value === 'number' ? String(read(value) ?? value) : String(value)
}

/** Texts are ordered by code point, as on the server (not by UTF-16 units). */
export function orderTexts(a: string, b: string): number {
  const [x, y] = [Array.from(a), Array.from(b)]
  for (let at = 0; at < Math.min(x.length, y.length); at += 1) {
    const difference = (x[at]?.codePointAt(0) ?? 0) - (y[at]?.codePointAt(0) ?? 0)
    if (difference) return difference
  }
  return x.length - y.length
}

/** Negative, zero, positive; null when the two cannot be ordered. */
export function order(a: Operand, b: Operand): number | null {
  if (typeof a === 'string' && typeof b === 'string') return orderTexts(a, b)
  const [x, y] = [number(a), number(b)]
  return x && y ? exact.compare(x, y) : null
}

export function strictlyEqual(a: Operand, b: Operand): boolean {
  if (isNumber(a) && isNumber(b)) return order(a, b) === 0
  return typeof a !== 'object' || a === null ? a === b : a === b && !Array.isArray(a)
}

export function looselyEqual(a: Operand, b: Operand): boolean {
  const [left, right] = [a ?? null, b ?? null]
  if (left === null || right === null) return left === right
  if (typeof left === 'string' && typeof right === 'string') return left === right
  if (Array.isArray(left) && typeof right === 'string') return text(left) === right
  if (Array.isArray(right) && typeof left === 'string') return left === text(right)
  const plain = (value: Operand) => typeof value === 'object' && !(value instanceof Exact)
  if (plain(left) && plain(right)) return left === right
  return order(left, right) === 0
}

const chain =
  (accept: (sign: number) => boolean): Method =>
  (operands) =>
    operands.slice(1).every((operand, index) => {
      const sign = order(operands[index], operand)
      return sign !== null && accept(sign)
    })

function numbers(operands: Operand[]): Exact[] {
  return operands.map((operand) => {
    const found = number(operand)
    if (!found) throw new Error('not a number')
    return found
  })
}

const least =
  (sign: number): Method =>
  (operands) =>
    numbers(operands).reduce<Exact | null>(
      (found, one) => (found === null || exact.compare(one, found) * sign < 0 ? one : found),
      null,
    )

function divided(operands: Operand[]): number {
  const [a = ZERO, b = ZERO] = numbers(operands)
  const result = a.toNumber() / b.toNumber()
  if (!Number.isFinite(result)) throw new Error('division by zero')
  return result
}

function remainder(operands: Operand[]): Exact {
  const [a = ZERO, b = ZERO] = numbers(operands)
  const left = exact.remainder(a, b)
  if (!left) throw new Error('division by zero')
  return left
}

function minus(operands: Operand[]): Exact {
  const [first = ZERO, second] = numbers(operands)
  return second ? exact.difference(first, second) : exact.negative(first)
}

function within([needle, hay]: Operand[]): boolean {
  if (typeof hay === 'string') return hay.includes(text(needle))
  return Array.isArray(hay) && hay.some((part) => strictlyEqual(needle, part))
}

function substring([given, start, length]: Operand[]): string {
  const letters = Array.from(text(given))
  const [from, size] = [number(start)?.toNumber() ?? 0, isNumber(length) ? number(length)?.toNumber() : undefined]
  const begin = from < 0 ? Math.max(0, letters.length + from) : from
  const end = size === undefined ? letters.length : size < 0 ? letters.length + size : begin + size
  return letters.slice(begin, Math.max(begin, end)).join('')
}

export const STANDARD: Record<string, Method> = {
  '!': ([value]) => !truthy(value),
  '!!': ([value]) => truthy(value),
  '==': ([a, b]) => looselyEqual(a, b),
  '===': ([a, b]) => strictlyEqual(a, b),
  '!=': ([a, b]) => !looselyEqual(a, b),
  '!==': ([a, b]) => !strictlyEqual(a, b),
  '<': chain((sign) => sign < 0),
  '<=': chain((sign) => sign <= 0),
  '>': chain((sign) => sign > 0),
  '>=': chain((sign) => sign >= 0),
  min: least(1),
  max: least(-1),
  '+': (operands) => numbers(operands).reduce(exact.sum, ZERO),
  '-': minus,
  '*': (operands) => numbers(operands).reduce(exact.product, exact.whole(1)),
  '/': divided,
  '%': remainder,
  in: within,
  cat: (operands) => operands.map(text).join(''),
  substr: substring,
}
