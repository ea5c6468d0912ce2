/** A workspace's zone and working days: the only place here that turns instants into local days and back. */
import { DAY, dayNumber, readDay, weekday } from './days'
import { floorDivide } from './exact'

export const FIRST_DAY = dayNumber({ year: 1, month: 1, day: 1 })
export const LAST_DAY = dayNumber({ year: 9999, month: 12, day: 31 })
/** Moving stops a little inside the years that dates have, so that every zone can still name the result. */
export const MIN_DAY = FIRST_DAY + 2
export const MAX_DAY = LAST_DAY - 2

const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']

/** Working days as the server tells them; days are `2026-01-31`. */
export interface WorkingDays {
  weekend: string[]
  holidays: string[]
  workdays: string[]
}

const CLOCK_PARTS = ['year', 'month', 'day', 'hour', 'minute', 'second'] as const

export class Calendar {
  private readonly clock: Intl.DateTimeFormat
  private readonly weekend: Set<number>
  private readonly worked: number[]
  /** Holidays that are no weekend and working days that are, in order. */
  private readonly off: number[]
  private readonly on: number[]

  /** `working` null: not known (yet); then whatever asks for working days throws. */
  constructor(
    zone: string,
    private readonly working: WorkingDays | null = null,
  ) {
    this.clock = new Intl.DateTimeFormat('en-u-ca-gregory-nu-latn', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
    const { weekend, holidays, workdays } = working ?? { weekend: [], holidays: [], workdays: [] }
    this.weekend = new Set(weekend.map((name) => WEEKDAYS.indexOf(name)))
    this.worked = Array.from({ length: 8 }, (_, length) => [...Array(length).keys()].filter(this.isWeekday).length)
    const made = numbers(workdays)
    this.off = numbers(holidays).filter((day) => !made.includes(day) && this.isWeekday(weekday(day)))
    this.on = made.filter((day) => !this.isWeekday(weekday(day)))
  }

  private readonly isWeekday = (position: number) => !this.weekend.has(position)

  /** The zone's distance from UTC at an instant, in microseconds. */
  private offset(instant: bigint): bigint {
    const low = BigInt(FIRST_DAY + 1) * DAY
    const high = BigInt(LAST_DAY) * DAY
    const within = instant < low ? low : instant > high ? high : instant
    const at = floorDivide(within, 1_000_000n)
    const parts = this.clock.formatToParts(new Date(Number(at) * 1000))
    const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = CLOCK_PARTS.map((name) =>
      Number(parts.find((part) => part.type === name)?.value),
    )
    const local = BigInt(dayNumber({ year, month, day })) * 86_400n + BigInt(hour * 3600 + minute * 60 + second)
    return (local - at) * 1_000_000n
  }

  /** The local day of an instant and the time of that day. */
  local(instant: bigint): { day: number; clock: bigint } {
    const wall = instant + this.offset(instant)
    const day = floorDivide(wall, DAY)
    return { day: Number(day), clock: wall - day * DAY }
  }

  dayOf(instant: bigint): number {
    const day = Number(floorDivide(instant, DAY))
    return FIRST_DAY < day && day < LAST_DAY ? this.local(instant).day : day
  }

  midnight(day: number): bigint {
    return this.at(day, 0n)
  }

  /** The instant of a local time; a skipped one falls on the shift, a doubled one on the first. */
  at(day: number, clock: bigint): bigint {
    const wall = BigInt(day) * DAY + clock
    if (!(FIRST_DAY < day && day < LAST_DAY)) return wall
    const around = [this.offset(wall - DAY), this.offset(wall + DAY)].map((offset) => wall - offset)
    const [one = wall, other = wall] = around
    const [low, high] = one < other ? [one, other] : [other, one]
    const found = [low, high].find((instant) => instant + this.offset(instant) === wall)
    return found ?? this.shiftNear(low, high)
  }

  /** The instant in (low, high] at which the offset changes. */
  private shiftNear(low: bigint, high: bigint): bigint {
    const before = this.offset(low)
    let [from, to] = [low, high]
    while (to - from > 1n) {
      const middle = floorDivide(from + to, 2n)
      if (this.offset(middle) === before) from = middle
      else to = middle
    }
    return to
  }

  /** The amount-th working day after a day (before it when negative); the day itself for 0. */
  step(day: number, amount: number): number {
    if (!this.working) throw new Error('the working days of the workspace are not known')
    if (amount === 0) return day
    if (amount > 0) return this.first(this.workedUntil(day) + amount, day, MAX_DAY + 1)
    return this.first(this.workedUntil(day - 1) + amount + 1, MIN_DAY - 1, day)
  }

  /** Working days up to and including a day, from a fixed beginning. */
  private workedUntil(day: number): number {
    const weeks = Math.floor((day + 3) / 7)
    const plain = weeks * (this.worked[7] ?? 0) + (this.worked[weekday(day) + 1] ?? 0)
    return plain - upTo(this.off, day) + upTo(this.on, day)
  }

  private first(count: number, low: number, high: number): number {
    let [from, to] = [low, high]
    while (from < to) {
      const middle = Math.floor((from + to) / 2)
      if (this.workedUntil(middle) >= count) to = middle
      else from = middle + 1
    }
    return from
  }
}

const numbers = (days: string[]) =>
  [...new Set(days.flatMap((text) => readDay(text) ?? []))].sort((one, other) => one - other)

const upTo = (days: number[], day: number) => {
  const next = days.findIndex((one) => one > day)
  return next < 0 ? days.length : next
}
