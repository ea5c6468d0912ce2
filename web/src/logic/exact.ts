/** Exact numbers of conditions: scaled BigInt, as the server's decimals; no step of an evaluation is a float. */
import { add, compare, type Scaled, toText } from '@/values/decimal'

const QUOTIENT_DECIMALS = 6
const MOST_PLACES = 30
const SHAPE = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/

const power = (exponent: number) => 10n ** BigInt(exponent)

/** A decimal number that knows its digits. */
export class Exact implements Scaled {
  constructor(
    readonly digits: bigint,
    readonly scale: number = 0,
  ) {}

  /** As people write it: no exponent, no trailing zeros. */
  toString(): string {
    const text = toText(this)
    return this.scale ? text.replace(/\.?0+$/, '') : text
  }

  /** The nearest double: only for handing a result to code outside. */
  toNumber(): number {
    return Number(this.toString())
  }
}

export const ZERO = new Exact(0n)

const made = ({ digits, scale }: Scaled) => new Exact(digits, scale)
const whole = (number: number | bigint) => new Exact(BigInt(number))

/** Reads a number or its text, with or without an exponent; null when it is none (or not finite). */
export function read(given: number | string): Exact | null {
  const [all, sign, before = '', after = '', exponent = '0'] = SHAPE.exec(String(given)) ?? []
  if (all === undefined || !(before || after)) return null
  const scale = after.length - Number(exponent)
  const digits = BigInt(before + after) * (scale < 0 ? power(-scale) : 1n)
  return new Exact(sign === '-' ? -digits : digits, Math.max(scale, 0))
}

/** Rounds down to a whole quotient, also below zero. */
export function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b
  return a % b !== 0n && a < 0n !== b < 0n ? quotient - 1n : quotient
}

/** The quotient of two integers, ties to the even one. */
function halfEven(a: bigint, b: bigint): bigint {
  const [top, bottom] = b < 0n ? [-a, -b] : [a, b]
  const low = floorDivide(top, bottom)
  const twice = (top - low * bottom) * 2n
  return twice > bottom || (twice === bottom && low % 2n !== 0n) ? low + 1n : low
}

const sum = (a: Scaled, b: Scaled) => made(add(a, b))
const negative = (a: Scaled) => new Exact(-a.digits, a.scale)
const product = (a: Scaled, b: Scaled) => new Exact(a.digits * b.digits, a.scale + b.scale)

/** Half-even to 6 decimals; null for a zero divisor. */
function quotient(a: Scaled, b: Scaled): Exact | null {
  if (b.digits === 0n) return null
  return new Exact(
    halfEven(a.digits * power(b.scale + QUOTIENT_DECIMALS), b.digits * power(a.scale)),
    QUOTIENT_DECIMALS,
  )
}

/** What is left of whole divisions; it has the sign of `a`. Null for a zero divisor. */
function remainder(a: Scaled, b: Scaled): Exact | null {
  if (b.digits === 0n) return null
  const scale = Math.max(a.scale, b.scale)
  return new Exact((a.digits * power(scale - a.scale)) % (b.digits * power(scale - b.scale)), scale)
}

/** Half-even to so many decimals; a negative count rounds to tens, hundreds … */
function rounded(a: Scaled, decimals: Scaled = ZERO): Exact {
  const asked = Number(decimals.digits / power(decimals.scale))
  const places = Math.max(-MOST_PLACES, Math.min(MOST_PLACES, asked))
  if (places >= a.scale) return made(a)
  const kept = halfEven(a.digits, power(a.scale - places))
  return places >= 0 ? new Exact(kept, places) : new Exact(kept * power(-places))
}

const floor = (a: Scaled) => new Exact(floorDivide(a.digits, power(a.scale)))

export const exact = {
  whole,
  sum,
  negative,
  difference: (a: Scaled, b: Scaled) => sum(a, negative(b)),
  product,
  quotient,
  remainder,
  rounded,
  floor,
  ceiling: (a: Scaled) => negative(floor(negative(a))),
  absolute: (a: Scaled) => (a.digits < 0n ? negative(a) : made(a)),
  compare,
}
