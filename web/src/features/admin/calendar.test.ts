import { expect, test } from 'vitest'
import { countryName, upcoming, WEEKDAYS, weekdayName, withDay, zones } from './calendar'

test('names are those of the reader', () => {
  expect(weekdayName('monday', 'en')).toBe('Monday')
  expect(weekdayName('sunday', 'zh-CN')).toBe('星期日')
  expect(countryName('CN', 'en')).toBe('China')
  expect(countryName('not a country', 'en')).toBe('not a country')
})

test('the present zone is among the zones, once', () => {
  const found = zones('Asia/Shanghai')
  expect(found.filter((zone) => zone === 'Asia/Shanghai')).toHaveLength(1)
  expect(found).toContain('UTC')
})

test('days off stay in the order of the week, and one day is worked', () => {
  expect(withDay(['sunday'], 'friday', true)).toEqual(['friday', 'sunday'])
  expect(withDay(['friday', 'sunday'], 'sunday', false)).toEqual(['friday'])
  const six = WEEKDAYS.slice(0, 6)
  expect(withDay(six, 'sunday', true)).toEqual(six)
})

test('what comes next is shown, not what was', () => {
  const days = { holidays: ['2026-01-01', '2026-10-01', '2027-01-01'], workdays: ['2026-01-04'] }
  expect(upcoming(days, '2026-10-01')).toEqual({ holidays: ['2026-10-01', '2027-01-01'], workdays: [] })
})
