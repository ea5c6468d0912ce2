/** One instant seen from a workspace: what `now`, `today`, `me` and every window mean at it, as on the server. */
import { type Calendar, MAX_DAY, MIN_DAY } from './calendar'
import { civil, DAY, dayNumber, daysIn, dayText, HOUR, instantText, readDay, readInstant, weekday } from './days'
import { floorDivide } from './exact'

/** A date (a day's number) or an instant (microseconds). */
type Time = { kind: 'date'; day: number } | { kind: 'instant'; at: bigint }

/** `["last", 30, "days"]`, `["this", "month"]` */
export type Window = [string, string] | [string, number, string]

const MINUTE = 60_000_000n
const FIXED: Record<string, bigint> = { minutes: MINUTE, hours: HOUR, days: DAY, weeks: 7n * DAY }
const MONTHS: Record<string, number> = { months: 1, years: 12, month: 1, quarter: 3, year: 12 }
const MIN_INSTANT = BigInt(MIN_DAY) * DAY
const MAX_INSTANT = BigInt(MAX_DAY) * DAY

export class Moment {
  private readonly today: number

  /** `now` in microseconds; `me` is the acting user's id, null when nobody acts. */
  constructor(
    readonly now: bigint,
    readonly calendar: Calendar,
    readonly me: string | null,
  ) {
    this.today = calendar.dayOf(now)
  }

  /** What conditions call `$now`, `$today`, `$day_of_now`, `$me`. */
  data(): Record<string, string | null> {
    const today = dayText(this.today)
    return { $now: instantText(this.now), $today: today, $day_of_now: today, $me: this.me }
  }

  /** The text of a date as that of its local midnight. */
  midnight(text: string): string {
    return instantText(this.calendar.midnight(readDay(text) ?? 0))
  }

  localDay(text: string): number {
    const time = timeOf(text)
    return time.kind === 'date' ? time.day : this.calendar.dayOf(time.at)
  }

  within(text: string, window: Window): boolean {
    const time = timeOf(text)
    if (window.length === 2) return this.inPeriod(time, window)
    const [side, amount, unit] = window
    const [value, now] = [position(time), this.nowLike(time)]
    if (side === 'last') return value <= now && now < this.moved(time, 1, amount, unit)
    return this.moved(time, -1, amount, unit) <= now && now < value
  }

  older(text: string, amount: number, unit: string): boolean {
    const time = timeOf(text)
    return this.moved(time, 1, amount, unit) <= this.nowLike(time)
  }

  /** null when the result leaves the years 1 to 9999. */
  shifted(text: string, sign: number, amount: number, unit: string): string | null {
    const time = timeOf(text)
    const there = this.moved(time, sign, amount, unit)
    if (time.kind === 'date') return MIN_DAY <= there && there <= MAX_DAY ? dayText(Number(there)) : null
    return MIN_INSTANT <= there && there <= MAX_INSTANT ? instantText(there) : null
  }

  /** Whole days or hours between an instant or date and now, floored. */
  elapsed(unit: string, direction: string, text: string): bigint {
    const time = timeOf(text)
    const forward = direction === 'since'
    if (time.kind === 'date' && unit === 'days') return BigInt(forward ? this.today - time.day : time.day - this.today)
    const at = time.kind === 'date' ? this.calendar.midnight(time.day) : time.at
    return floorDivide(forward ? this.now - at : at - this.now, unit === 'days' ? DAY : HOUR)
  }

  private nowLike(time: Time): bigint {
    return time.kind === 'date' ? BigInt(this.today) : this.now
  }

  /** Beyond the ends it is the position just outside, so that a comparison still has an answer. */
  private moved(time: Time, sign: number, amount: number, unit: string): bigint {
    if (time.kind === 'date') return BigInt(this.movedDay(time.day, sign * amount, unit))
    const fixed = FIXED[unit]
    if (fixed) return clamp(time.at + BigInt(sign * amount) * fixed, MIN_INSTANT, MAX_INSTANT)
    if (amount === 0) return time.at
    const { day, clock } = this.calendar.local(time.at)
    const there = this.movedDay(day, sign * amount, unit)
    if (there > MAX_DAY) return MAX_INSTANT + 1n
    return there < MIN_DAY ? MIN_INSTANT - 1n : this.calendar.at(there, clock)
  }

  private movedDay(day: number, amount: number, unit: string): number {
    const months = MONTHS[unit]
    if (months) return addMonths(day, amount * months)
    if (unit === 'working_days') return this.calendar.step(day, amount)
    const fixed = FIXED[unit]
    if (!fixed) throw new Error(`no unit ${unit}`)
    return dayWithin(day + Number(floorDivide(BigInt(amount) * fixed, DAY)))
  }

  private inPeriod(time: Time, [which, unit]: [string, string]): boolean {
    const [first, after] = period(this.today, which, unit)
    if (time.kind === 'date') return first <= time.day && time.day < after
    return this.calendar.midnight(first) <= time.at && time.at < this.calendar.midnight(after)
  }
}

function timeOf(text: string): Time {
  const day = readDay(text)
  if (day !== null) return { kind: 'date', day }
  const at = readInstant(text)
  if (at === null) throw new Error(`not a date: ${text}`)
  return { kind: 'instant', at }
}

const position = (time: Time) => (time.kind === 'date' ? BigInt(time.day) : time.at)
const clamp = (value: bigint, low: bigint, high: bigint) => (value < low ? low - 1n : value > high ? high + 1n : value)
const dayWithin = (day: number) => Math.max(MIN_DAY - 1, Math.min(MAX_DAY + 1, day))

/** Months later, at the latest on the month's last day. */
function addMonths(day: number, months: number): number {
  const start = civil(day)
  const index = start.year * 12 + start.month - 1 + months
  const [year, month] = [Math.floor(index / 12), (((index % 12) + 12) % 12) + 1]
  if (year < 1 || year > 9999) return year > 1 ? MAX_DAY + 1 : MIN_DAY - 1
  return dayWithin(dayNumber({ year, month, day: Math.min(start.day, daysIn(year, month)) }))
}

/** The days of a calendar period: from (included) to before. */
function period(today: number, which: string, unit: string): [number, number] {
  const back = which === 'previous' ? 1 : 0
  const months = MONTHS[unit]
  if (months) {
    const { year, month } = civil(today)
    const index = Math.floor((year * 12 + month - 1) / months) - back
    return [monthStart(index * months), monthStart((index + 1) * months)]
  }
  const length = unit === 'day' ? 1 : 7
  const start = (unit === 'day' ? today : today - weekday(today)) - back * length
  return [start, start + length]
}

function monthStart(index: number): number {
  const year = Math.min(Math.max(Math.floor(index / 12), 1), 9999)
  return dayNumber({ year, month: (((index % 12) + 12) % 12) + 1, day: 1 })
}
