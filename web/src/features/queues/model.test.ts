import { expect, it } from 'vitest'
import type { WaitingEffect } from './api'
import { byRule, lag, processes, totals } from './model'

it('adds the kinds up', () => {
  const call = { kind: 'call', queued: 2, running: 1, retrying: 0, failed: 3 }
  const actions = { kind: 'actions', queued: 1, running: 0, retrying: 4, failed: 0 }
  expect(totals([call, actions])).toEqual({ queued: 3, running: 1, retrying: 4, failed: 3 })
  expect(totals([])).toEqual({ queued: 0, running: 0, retrying: 0, failed: 0 })
})

it('knows how far behind it is', () => {
  expect(lag(null, '2026-01-31T08:00:10Z')).toBe(0)
  expect(lag('2026-01-31T08:00:00Z', '2026-01-31T08:00:10Z')).toBe(10)
  expect(lag('2026-01-31T08:00:20Z', '2026-01-31T08:00:10Z')).toBe(0)
})

it('names each process once', () => {
  const clock = { name: 'a:1', since: '2026-01-31T08:00:00Z' }
  const worker = { name: 'b:2', since: '2026-01-31T09:00:00Z' }
  expect(processes(clock, [clock, worker]).map((each) => [each.name, each.clock])).toEqual([
    ['a:1', true],
    ['b:2', false],
  ])
  expect(processes(clock, [worker]).map((each) => each.name)).toEqual(['b:2', 'a:1'])
  expect(processes(null, [])).toEqual([])
})

it('puts effects of one rule together', () => {
  const effect = (id: string, rule: string) => ({ id, rule: { id: rule, name: rule, version: 1 } }) as WaitingEffect
  const found = byRule([effect('1', 'a'), effect('2', 'b'), effect('3', 'a')])
  expect(found.map((group) => [group.id, group.items.map((each) => each.id)])).toEqual([
    ['a', ['1', '3']],
    ['b', ['2']],
  ])
})
