import type { Role } from '@/api/types'
import type { Feature, RailEntry } from './feature'

const found = import.meta.glob<{ feature: Feature }>('../features/*/feature.ts', { eager: true })

/** Every feature folder, in the order of their names. */
export const features: Feature[] = Object.values(found).map((module) => module.feature)

const byOrder = (a: { order: number }, b: { order: number }) => a.order - b.order

export const railEntries = features.flatMap((feature) => feature.rail ?? []).sort(byOrder)
export const recordPanels = features.flatMap((feature) => feature.recordPanels ?? []).sort(byOrder)
export const homeCards = features.flatMap((feature) => feature.homeCards ?? []).sort(byOrder)
export const gridActions = features.flatMap((feature) => feature.gridActions ?? [])
export const topControls = features.flatMap((feature) => feature.topControls ?? []).sort(byOrder)
export const accountEntries = features.flatMap((feature) => feature.accountEntries ?? []).sort(byOrder)

/** Whether somebody with these roles sees an entry; administrators see all. */
export function sees(entry: RailEntry, held: Role[]): boolean {
  return !entry.roles || held.includes('administrator') || entry.roles.some((role) => held.includes(role))
}
