/** Instants and calendar days for the eye, always in the workspace's time zone. */

const made = new Map<string, Intl.DateTimeFormat>()

function format(locale: string, timeZone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = JSON.stringify([locale, timeZone, options])
  let found = made.get(key)
  if (!found) {
    found = new Intl.DateTimeFormat(locale, { ...options, timeZone })
    made.set(key, found)
  }
  return found
}

const DAY: Intl.DateTimeFormatOptions = { year: 'numeric', month: '2-digit', day: '2-digit' }
const MINUTE: Intl.DateTimeFormatOptions = { ...DAY, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }
const PART_NAMES = ['year', 'month', 'day', 'hour', 'minute', 'second'] as const

function parts(instant: Date, timeZone: string): Record<string, string> {
  const all = format('en-CA', timeZone, { ...MINUTE, second: '2-digit' }).formatToParts(instant)
  return Object.fromEntries(all.map((part) => [part.type, part.value]))
}

/** `2026-01-31 16:00` in the zone; the text itself when it is no instant. */
export function formatInstant(instant: string, timeZone: string): string {
  const date = new Date(instant)
  if (Number.isNaN(date.getTime())) return instant
  const p = parts(date, timeZone)
  return `${p.year}-${p.month}-${p.day} ${p.hour}:${p.minute}`
}

/** The wall-clock text `2026-01-31T16:00:00` of an instant, as an input wants it. */
export function toLocal(instant: string, timeZone: string): string {
  const p = parts(new Date(instant), timeZone)
  return `${p.year}-${p.month}-${p.day}T${p.hour}:${p.minute}:${p.second}`
}

/** The zone's distance from UTC in milliseconds at an instant. */
function offset(at: number, timeZone: string): number {
  const p = parts(new Date(at), timeZone)
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = PART_NAMES.map((name) => Number(p[name]))
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1000) * 1000
}

/** The instant of a wall-clock text in the zone; a time that a clock change skips moves forward by the gap. */
export function fromLocal(local: string, timeZone: string): string {
  const naive = Date.parse(`${local}Z`)
  const guess = naive - offset(naive, timeZone)
  const exact = naive - offset(guess, timeZone)
  return new Date(exact).toISOString().replace('.000Z', 'Z')
}

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
]

/** `3 hours ago`; within a minute it says now, beyond 30 days the day itself. */
export function formatAgo(instant: string, now: number, locale: string, timeZone: string): string {
  const difference = new Date(instant).getTime() - now
  if (Math.abs(difference) > 30 * 86_400_000) return formatInstant(instant, timeZone).slice(0, 10)
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })
  const [unit, length] = STEPS.find(([, ms]) => Math.abs(difference) >= ms) ?? ['second', Number.POSITIVE_INFINITY]
  return relative.format(length === Number.POSITIVE_INFINITY ? 0 : Math.round(difference / length), unit)
}
