import { describe, expect, it } from 'vitest'
import { formatAgo, formatInstant, fromLocal, toLocal } from './time'

describe('instants in the zone of the workspace', () => {
  it('shows the wall clock of the zone', () => {
    expect(formatInstant('2026-01-31T08:00:00Z', 'Asia/Shanghai')).toBe('2026-01-31 16:00')
    expect(formatInstant('2026-07-01T23:30:00Z', 'Europe/London')).toBe('2026-07-02 00:30')
    expect(formatInstant('nonsense', 'Asia/Shanghai')).toBe('nonsense')
  })

  it.each([
    ['2026-01-31T16:00:00', 'Asia/Shanghai', '2026-01-31T08:00:00Z'],
    ['2026-07-01T00:30:00', 'Europe/London', '2026-06-30T23:30:00Z'],
    ['2026-12-01T00:30:00', 'Europe/London', '2026-12-01T00:30:00Z'],
  ])('%s in %s is %s, there and back', (local, zone, instant) => {
    expect(fromLocal(local, zone)).toBe(instant)
    expect(toLocal(instant, zone)).toBe(local)
  })

  it('moves a skipped local time past the gap', () => {
    expect(toLocal(fromLocal('2026-03-29T01:30:00', 'Europe/London'), 'Europe/London')).toBe('2026-03-29T02:30:00')
  })
})

it('says how long ago', () => {
  const now = Date.parse('2026-02-01T12:00:00Z')
  expect(formatAgo('2026-02-01T09:00:00Z', now, 'en', 'UTC')).toBe('3 hours ago')
  expect(formatAgo('2026-02-01T11:59:40Z', now, 'en', 'UTC')).toBe('now')
  expect(formatAgo('2025-02-01T11:59:40Z', now, 'en', 'UTC')).toBe('2025-02-01')
})
