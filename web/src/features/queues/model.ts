/** What the numbers of the queues amount to. */
import type { Holder, KindCount, State, WaitingEffect } from './api'

export type Totals = Record<Exclude<State, 'stopped'>, number>

/** All kinds together. */
export function totals(kinds: KindCount[]): Totals {
  const sum: Totals = { failed: 0, retrying: 0, queued: 0, running: 0 }
  for (const kind of kinds) {
    for (const state of Object.keys(sum) as (keyof Totals)[]) sum[state] += kind[state]
  }
  return sum
}

/** Seconds that something waits already; 0 when nothing does. */
export function lag(since: string | null, now: string): number {
  return since === null ? 0 : Math.max(0, Math.round((Date.parse(now) - Date.parse(since)) / 1000))
}

/** Processes once each, with what they do. */
export function processes(clock: Holder | null, workers: Holder[]): { name: string; since: string; clock: boolean }[] {
  const found = workers.map((each) => ({ ...each, clock: each.name === clock?.name }))
  if (clock && !found.some((each) => each.clock)) found.push({ ...clock, clock: true })
  return found
}

export interface RuleGroup {
  id: string
  name: string
  items: WaitingEffect[]
}

/** Effects by their rule, in the order in which the rules come. */
export function byRule(items: WaitingEffect[]): RuleGroup[] {
  const groups = new Map<string, RuleGroup>()
  for (const item of items) {
    const group = groups.get(item.rule.id) ?? { id: item.rule.id, name: item.rule.name, items: [] }
    group.items.push(item)
    groups.set(item.rule.id, group)
  }
  return [...groups.values()]
}
