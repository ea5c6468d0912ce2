/** Where zones skip and repeat an hour, where months end, and where the years do. */
import { describe, expect, it } from 'vitest'
import { Calendar } from './calendar'
import { dayText, instantText, readDay, readInstant } from './days'
import { Moment } from './moment'

const day = (text: string) => readDay(text) ?? Number.NaN
const instant = (text: string) => readInstant(text) ?? 0n
const hour = 3_600_000_000n
const WEEK = { weekend: ['saturday', 'sunday'], holidays: ['2026-04-06'], workdays: ['2026-04-04'] }

describe('a calendar', () => {
  const york = new Calendar('America/New_York')

  it.each([
    ['2026-03-08', 2n * hour + hour / 2n, '2026-03-08T07:00:00.000000Z', 'a skipped time falls on the shift'],
    ['2026-11-01', hour + hour / 2n, '2026-11-01T05:30:00.000000Z', 'a doubled time is the first'],
    ['2026-07-01', 0n, '2026-07-01T04:00:00.000000Z', 'midnight in summer'],
    ['2026-01-01', 12n * hour, '2026-01-01T17:00:00.000000Z', 'noon in winter'],
    ['1850-01-01', 0n, '1850-01-01T04:56:02.000000Z', 'local mean time before zones'],
    ['9999-12-31', 0n, '9999-12-31T00:00:00.000000Z', 'beyond the years that can be moved to: UTC'],
  ])('%s at %s is %s: %s', (text, clock, expected) => {
    expect(instantText(york.at(day(text), clock))).toBe(expected)
  })

  it('skips a midnight that does not exist', () => {
    expect(instantText(new Calendar('America/Sao_Paulo').midnight(day('2018-11-04')))).toBe(
      '2018-11-04T03:00:00.000000Z',
    )
  })

  it('knows the local day of an instant', () => {
    expect(dayText(york.dayOf(instant('2026-03-09T03:59:59.999999Z')))).toBe('2026-03-08')
    expect(dayText(york.dayOf(instant('2026-03-09T04:00:00Z')))).toBe('2026-03-09')
  })

  it.each([
    ['2026-04-02', 1, '2026-04-03'],
    ['2026-04-03', 1, '2026-04-04'],
    ['2026-04-04', 1, '2026-04-07'],
    ['2026-04-07', -1, '2026-04-04'],
    ['2026-04-05', 0, '2026-04-05'],
    ['2026-04-05', 260, '2027-04-05'],
  ])('%s and %i working days are %s', (from, amount, to) => {
    expect(dayText(new Calendar('UTC', WEEK).step(day(from), amount))).toBe(to)
  })

  it('does not guess working days', () => {
    expect(() => york.step(0, 1)).toThrow()
  })
})

describe('a moment', () => {
  const moment = new Moment(instant('2026-02-28T14:30:00Z'), new Calendar('UTC'), null)

  it.each([
    ['2026-01-31', 1, 1, 'months', '2026-02-28'],
    ['2024-02-29', 1, 1, 'years', '2025-02-28'],
    ['2026-03-31', -1, 1, 'months', '2026-02-28'],
    ['2026-01-31', 1, 36, 'hours', '2026-02-01'],
    ['2026-01-31', -1, 36, 'hours', '2026-01-29'],
    ['9999-01-31', 1, 2, 'years', null],
    ['0001-01-31', -1, 40, 'days', null],
    ['2026-01-31T10:00:00.000001Z', 1, 1, 'months', '2026-02-28T10:00:00.000001Z'],
    ['9999-12-30T00:00:00Z', 1, 2, 'days', null],
  ])('moves %s by %i × %i %s to %s', (from, sign, amount, unit, to) => {
    expect(moment.shifted(from, sign, amount, unit)).toBe(to)
  })

  it('floors what has passed', () => {
    expect(moment.elapsed('hours', 'since', '2026-02-28T14:30:00.000001Z')).toBe(-1n)
    expect(moment.elapsed('days', 'until', '2026-03-01')).toBe(1n)
    expect(moment.elapsed('hours', 'since', '2026-02-28')).toBe(14n)
  })

  it('refuses a unit that it does not know', () => {
    expect(() => moment.older('2026-01-01', 1, 'fortnights')).toThrow()
  })
})
