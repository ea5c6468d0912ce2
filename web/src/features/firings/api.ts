/** Firings page by page, and the clock of demo workspaces. */
import { infiniteQueryOptions } from '@tanstack/react-query'
import { get, post } from '@/api/client'
import { LIVE } from '@/api/records'
import type { Firing, Page } from '@/api/types'

export interface FiringFilter {
  rule?: string
  entity?: string
  record?: string
  edge?: string
}

export function firingPages(filter: FiringFilter) {
  return infiniteQueryOptions({
    queryKey: [LIVE, 'firing-pages', filter],
    initialPageParam: '',
    queryFn: ({ signal, pageParam }) =>
      get<Page<Firing>>('/firings', { signal, query: { ...filter, after: pageParam, limit: 25 } }),
    getNextPageParam: (last) => last.next,
  })
}

export interface Advanced {
  now: string
  firings: Firing[]
}

export const advanceClock = (days: number) => post<Advanced>('/demo/clock/advance', { days })
