/** Runs of rules that wait between two actions. */
import { infiniteQueryOptions } from '@tanstack/react-query'
import { get, post } from './client'
import { LIVE } from './records'
import type { Page } from './types'

export interface WaitingRun {
  id: string
  rule: { id: string; name: string; version: number }
  record: { entity: string; id: string; title: string | null }
  firing: string
  since: string
  /** At the latest. */
  until: string | null
  /** What it waits for, in both languages; null when its version cannot be read any more. */
  waits: unknown
  then: unknown[]
}

/** All of them, or those of a record, oldest first. */
export function runPages(record?: string) {
  return infiniteQueryOptions({
    queryKey: [LIVE, 'runs', record ?? ''],
    initialPageParam: '',
    queryFn: ({ signal, pageParam }) =>
      get<Page<WaitingRun>>('/runs', { signal, query: { record, after: pageParam, limit: 50 } }),
    getNextPageParam: (last) => last.next,
  })
}

export const cancelRun = (id: string) => post(`/runs/${id}/cancel`)
export const skipAhead = (id: string) => post(`/runs/${id}/skip`)
