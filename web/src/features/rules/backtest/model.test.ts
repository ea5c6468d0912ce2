import { expect, test } from 'vitest'
import { messagesOf, timeLine } from './model'

test('a bar for each day, also without hits', () => {
  const line = timeLine('2026-01-30', '2026-02-02', [{ days: [{ day: '2026-02-01', hits: 3 }] }])
  expect(line.weeks).toBe(false)
  expect(line.steps.map((step) => step.day)).toEqual(['2026-01-30', '2026-01-31', '2026-02-01', '2026-02-02'])
  expect(line.steps.map((step) => step.values)).toEqual([[0], [0], [3], [0]])
})

test('many days become weeks that start on Monday, one value for each side', () => {
  const line = timeLine('2026-01-01', '2026-12-31', [
    { days: [{ day: '2026-01-04', hits: 1 }] },
    {
      days: [
        { day: '2026-01-05', hits: 2 },
        { day: '2026-01-11', hits: 5 },
      ],
    },
  ])
  expect(line.weeks).toBe(true)
  expect(line.steps[0]).toEqual({ day: '2025-12-29', values: [1, 0] })
  expect(line.steps[1]).toEqual({ day: '2026-01-05', values: [0, 7] })
  expect(line.steps).toHaveLength(53)
})

test('messages are counted, whatever else is done', () => {
  const effects = [
    { kind: 'notify', entity: null, count: 4 },
    { kind: 'create', entity: 'coupon', count: 9 },
  ]
  expect(messagesOf({ effects })).toBe(4)
})
