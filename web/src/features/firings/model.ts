/** What a list of firings says at a glance. */
import type { Firing } from '@/api/types'

export const EDGES: Firing['edge'][] = ['on', 'off', 'change', 'schedule', 'skipped', 'blocked']

export interface RuleCount {
  id: string
  name: string
  count: number
}

/** How often each rule fired, most often first; skipped and blocked ones are no firings that did something. */
export function byRule(firings: Firing[]): RuleCount[] {
  const counts = new Map<string, RuleCount>()
  for (const { rule, edge } of firings) {
    if (edge === 'skipped' || edge === 'blocked') continue
    const known = counts.get(rule.id) ?? { id: rule.id, name: rule.name, count: 0 }
    counts.set(rule.id, { ...known, count: known.count + 1 })
  }
  return [...counts.values()].sort((a, b) => b.count - a.count || a.name.localeCompare(b.name))
}

/** The days on which firings were due, newest first, each with its firings in their order. */
export function byDay(firings: Firing[], dayOf: (at: string) => string): { day: string; firings: Firing[] }[] {
  const days = new Map<string, Firing[]>()
  for (const firing of firings) {
    const day = dayOf(firing.at)
    days.set(day, [...(days.get(day) ?? []), firing])
  }
  return [...days].map(([day, list]) => ({ day, firings: list }))
}
