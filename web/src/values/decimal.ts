/** Exact decimals: numbers travel as strings and are computed as scaled BigInt, never as floats. */

export interface Scaled {
  digits: bigint
  scale: number
}

const SHAPE = /^([+-]?)(\d*)(?:\.(\d*))?$/

/** Reads a plain decimal; null when the text is none. */
export function parseDecimal(text: string): Scaled | null {
  const match = SHAPE.exec(text.trim())
  const [, sign = '', whole = '', fraction = ''] = match ?? []
  if (!match || (!whole && !fraction)) return null
  const digits = BigInt(whole + fraction)
  return { digits: sign === '-' ? -digits : digits, scale: fraction.length }
}

function rescale(value: Scaled, scale: number): bigint {
  return value.digits * 10n ** BigInt(scale - value.scale)
}

/** The exact sum. */
export function add(a: Scaled, b: Scaled): Scaled {
  const scale = Math.max(a.scale, b.scale)
  return { digits: rescale(a, scale) + rescale(b, scale), scale }
}

/** Negative, zero or positive, as a sort wants it. */
export function compare(a: Scaled, b: Scaled): number {
  const scale = Math.max(a.scale, b.scale)
  const difference = rescale(a, scale) - rescale(b, scale)
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}

/** The plain decimal text, with exactly `scale` places. */
export function toText({ digits, scale }: Scaled): string {
  const sign = digits < 0n ? '-' : ''
  const all = (digits < 0n ? -digits : digits).toString().padStart(scale + 1, '0')
  return sign + (scale ? `${all.slice(0, -scale)}.${all.slice(-scale)}` : all)
}

const ADORNMENTS = /[\s,，_]/g
const FULL_WIDTH = /[０-９．－＋]/g
const UNITS: Record<string, number> = { 万: 4, 亿: 8 }

/**
 * Reads what a person types: `1,234.50`, `１２`, `1.5万`. Null for no number, or for more places than `decimals`.
 */
export function parseTyped(text: string, decimals: number): string | null {
  const plain = text.replace(FULL_WIDTH, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0)).replace(ADORNMENTS, '')
  const unit = UNITS[plain.at(-1) ?? ''] ?? 0
  const value = parseDecimal(unit ? plain.slice(0, -1) : plain)
  if (!value) return null
  const scale = Math.max(value.scale - unit, 0)
  const exact = { digits: value.digits * 10n ** BigInt(Math.max(unit - value.scale, 0)), scale }
  const trimmed = trim(exact)
  return trimmed.scale > decimals ? null : toText({ digits: rescale(trimmed, decimals), scale: decimals })
}

function trim({ digits, scale }: Scaled): Scaled {
  let [d, s] = [digits, scale]
  while (s > 0 && d % 10n === 0n) [d, s] = [d / 10n, s - 1]
  return { digits: d, scale: s }
}

const formatters = new Map<string, Intl.NumberFormat>()

/** A decimal text for the eye: grouped thousands, at least `decimals` places, nothing rounded away. */
export function formatDecimal(text: string, locale: string, decimals = 0): string {
  const value = parseDecimal(text)
  if (!value) return text
  const places = Math.max(decimals, trim(value).scale)
  const key = `${locale}/${places}`
  let formatter = formatters.get(key)
  if (!formatter) {
    formatter = new Intl.NumberFormat(locale, { minimumFractionDigits: places, maximumFractionDigits: places })
    formatters.set(key, formatter)
  }
  return formatter.format(toText(value) as Intl.StringNumericLiteral)
}

/** Adds decimal texts exactly; null counts as nothing. */
export function sumTexts(texts: (string | null)[]): string {
  const values = texts.map((text) => (text === null ? null : parseDecimal(text)))
  return toText(values.reduce<Scaled>((sum, value) => (value ? add(sum, value) : sum), { digits: 0n, scale: 0 }))
}
