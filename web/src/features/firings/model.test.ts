import { expect, it } from 'vitest'
import type { Firing } from '@/api/types'
import { asQuery } from './api'
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
  depth: 1,
  chain: { links: [], began: 'time', by: null },
  skipped: null,
  undone: null,
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

it('asks for whole days of the workspace', () => {
  expect(asQuery({ rule: '7', from: '2026-01-01', to: '2026-01-31' }, 'Asia/Shanghai')).toEqual({
    rule: '7',
    since: '2025-12-31T16:00:00Z',
    until: '2026-01-31T16:00:00Z',
  })
  expect(asQuery({}, 'UTC')).toEqual({ since: undefined, until: undefined })
})
