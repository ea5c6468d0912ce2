/** Zones, countries and weekdays as a person reads them. */

export const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']
const SHOWN = 8

export interface CountryDays {
  holidays: string[]
  workdays: string[]
}

/** All zones that the browser knows, with the present one. */
export function zones(present: string): string[] {
  return [...new Set(['UTC', present, ...Intl.supportedValuesOf('timeZone')])].sort()
}

/** The name of a country in the reader's language; its code where it has none. */
export function countryName(code: string, tag: string): string {
  try {
    return new Intl.DisplayNames([tag], { type: 'region' }).of(code) ?? code
  } catch {
    return code
  }
}

/** The name of a weekday in the reader's language. */
export function weekdayName(day: string, tag: string): string {
  const monday = Date.UTC(2026, 0, 5)
  const at = new Date(monday + WEEKDAYS.indexOf(day) * 86_400_000)
  return new Intl.DateTimeFormat(tag, { weekday: 'long', timeZone: 'UTC' }).format(at)
}

/** The weekdays off with one more or one less, in the order of the week; somebody has to work some day. */
export function withDay(weekend: string[], day: string, off: boolean): string[] {
  const next = WEEKDAYS.filter((one) => (one === day ? off : weekend.includes(one)))
  return next.length === WEEKDAYS.length ? weekend : next
}

/** The next days of a country, from a day on. */
export function upcoming(
  { holidays, workdays }: CountryDays,
  from = new Date().toISOString().slice(0, 10),
): CountryDays {
  const next = (days: string[]) => days.filter((day) => day >= from).slice(0, SHOWN)
  return { holidays: next(holidays), workdays: next(workdays) }
}
