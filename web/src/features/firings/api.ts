/** Firings page by page, and the clock of demo workspaces. */
import { infiniteQueryOptions } from '@tanstack/react-query'
import { get, post } from '@/api/client'
import { LIVE } from '@/api/records'
import type { Firing, Page } from '@/api/types'
import { fromLocal } from '@/values/time'

export interface FiringFilter {
  rule?: string
  entity?: string
  record?: string
  edge?: string
  /** Words of the rule's name or the record. */
  search?: string
  /** Of one of its effects. */
  state?: string
  /** Local days in the workspace's zone; both included. */
  from?: string
  to?: string
}

export const STATES = ['done', 'pending', 'running', 'failed', 'skipped'] as const

/** The filter as the server takes it: days become instants. */
export function asQuery({ from, to, ...rest }: FiringFilter, zone: string): Record<string, string | undefined> {
  return {
    ...rest,
    since: from ? fromLocal(`${from}T00:00:00`, zone) : undefined,
    until: to ? fromLocal(`${nextDay(to)}T00:00:00`, zone) : undefined,
  }
}

function nextDay(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10)
}

export function firingPages(filter: FiringFilter, zone: string) {
  return infiniteQueryOptions({
    queryKey: [LIVE, 'firing-pages', filter, zone],
    initialPageParam: '',
    queryFn: ({ signal, pageParam }) =>
      get<Page<Firing>>('/firings', { signal, query: { ...asQuery(filter, zone), after: pageParam, limit: 25 } }),
    getNextPageParam: (last) => last.next,
  })
}

export interface Advanced {
  now: string
  firings: Firing[]
  /** False: something that was due is still being worked on. */
  complete: boolean
}

export const advanceClock = (days: number) => post<Advanced>('/demo/clock/advance', { days })
