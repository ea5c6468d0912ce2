import { expect, it } from 'vitest'
import type { Firing } from '@/api/types'
import { byDay, byRule } from './model'

const firing = (id: string, rule: string, edge: Firing['edge'], at: string): Firing => ({
  id,
  at,
  recorded_at: at,
  rule: { id: rule, name: `rule ${rule}`, version: 1 },
  record: { entity: 'customer', id: '1', title: 'A' },
  edge,
  reason: null,
  effects: [],
  cause: '',
})

const list = [
  firing('4', 'b', 'on', '2026-01-02T10:00:00Z'),
  firing('3', 'a', 'skipped', '2026-01-02T09:00:00Z'),
  firing('2', 'a', 'on', '2026-01-01T10:00:00Z'),
  firing('1', 'b', 'schedule', '2026-01-01T09:00:00Z'),
]

it('counts what rules did, without what was skipped', () => {
  expect(byRule(list).map((one) => [one.id, one.count])).toEqual([
    ['b', 2],
    ['a', 1],
  ])
})

it('groups by day and keeps the order', () => {
  const days = byDay(list, (at) => at.slice(0, 10))
  expect(days.map((one) => [one.day, one.firings.map((each) => each.id)])).toEqual([
    ['2026-01-02', ['4', '3']],
    ['2026-01-01', ['2', '1']],
  ])
})
