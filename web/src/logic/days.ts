/** Calendar days as numbers since 1970-01-01 and instants as microseconds since then, and their texts; no zones here. */
import { floorDivide } from './exact'

export const HOUR = 3_600_000_000n
export const DAY = 24n * HOUR
const DAY_MS = 86_400_000
const DATE = /^(\d{4})-(\d{2})-(\d{2})$/
const INSTANT = /^(\d{4}-\d{2}-\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,6}))?Z$/
const FRACTION = 6

export interface Civil {
  year: number
  /** From 1. */
  month: number
  day: number
}

/** The number of a day; months and days beyond their ends run over into the next. */
export function dayNumber({ year, month, day }: Civil): number {
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  return date.getTime() / DAY_MS
}

export function civil(day: number): Civil {
  const date = new Date(day * DAY_MS)
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() }
}

export const daysIn = (year: number, month: number) => civil(dayNumber({ year, month: month + 1, day: 0 })).day

/** Monday is 0. */
export const weekday = (day: number) => (((day + 3) % 7) + 7) % 7

const padded = (number: number | bigint, width: number) => String(number).padStart(width, '0')

/** `2026-01-31`; null when the text is no day. */
export function readDay(text: string): number | null {
  const [all, year, month, day] = DATE.exec(text) ?? []
  if (!all) return null
  const number = dayNumber({ year: Number(year), month: Number(month), day: Number(day) })
  return dayText(number) === text ? number : null
}

export function dayText(day: number): string {
  const { year, month, day: dayOfMonth } = civil(day)
  return `${padded(year, 4)}-${padded(month, 2)}-${padded(dayOfMonth, 2)}`
}

/** `2026-01-31T08:00:00Z`, with or without fractions of a second; null when the text is no instant. */
export function readInstant(text: string): bigint | null {
  const [all, date = '', hour, minute, second, fraction = ''] = INSTANT.exec(text) ?? []
  const day = all ? readDay(date) : null
  if (day === null) return null
  const seconds = BigInt(day) * 86_400n + BigInt(Number(hour) * 3600 + Number(minute) * 60 + Number(second))
  return seconds * 1_000_000n + BigInt(fraction.padEnd(FRACTION, '0'))
}

/** Always with 6 decimals, so that texts are in the order of time. */
export function instantText(instant: bigint): string {
  const day = floorDivide(instant, DAY)
  const rest = instant - day * DAY
  const seconds = Number(rest / 1_000_000n)
  const clock = [seconds / 3600, (seconds / 60) % 60, seconds % 60].map((part) => padded(Math.floor(part), 2)).join(':')
  return `${dayText(Number(day))}T${clock}.${padded(rest % 1_000_000n, FRACTION)}Z`
}
