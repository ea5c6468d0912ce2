/** How often a rule may fire, whether it stopped by itself, and what was held back of it. */
import { queryOptions } from '@tanstack/react-query'
import { get, post, request } from '@/api/client'
import { LIVE } from '@/api/records'

export type Period = 'minute' | 'hour' | 'day'

export interface Allowed {
  /** 0: any number. */
  most: number
  per: Period
}

export interface Safety {
  allowed: Allowed
  default: Allowed
  own: boolean
  number: number
  since: string | null
  stopped: { at: string; most: number; per: Period } | null
  held: number
}

export type Release = 'matching' | 'all' | 'leave'

export interface Released {
  performed: number
  dropped: number
  remaining: number
}

export function safetyQuery(rule: string | undefined) {
  return queryOptions({
    queryKey: [LIVE, 'rule-safety', rule],
    enabled: rule !== undefined,
    queryFn: ({ signal }) => get<Safety>(`/rules/${rule}/safety`, { signal }),
  })
}

export async function allow(rule: string, most: number | null, per: Period): Promise<Safety> {
  return (await request<Safety>('PUT', `/rules/${rule}/safety`, { body: { most, per } })).data
}

export const goOn = (rule: string) => post(`/rules/${rule}/go-on`, {})

/** Decides on everything that is held back, some at a time; `onStep` hears how many remain. */
export async function release(rule: string, how: Release, onStep: (left: number) => void): Promise<Released> {
  const sum: Released = { performed: 0, dropped: 0, remaining: 0 }
  for (let left = Number.POSITIVE_INFINITY; left > 0; ) {
    const step = await post<Released>(`/rules/${rule}/held`, { do: how })
    sum.performed += step.performed
    sum.dropped += step.dropped
    sum.remaining = step.remaining
    onStep(step.remaining)
    // Others may have some of them in hand: then nothing moves, and what remains is theirs.
    left = step.performed + step.dropped ? step.remaining : 0
  }
  return sum
}
