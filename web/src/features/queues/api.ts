/** How the durable work stands, and what failed. */
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { get, post } from '@/api/client'
import type { Page } from '@/api/types'

export const STATES = ['failed', 'retrying', 'queued', 'running', 'stopped'] as const
export type State = (typeof STATES)[number]

export interface KindCount {
  kind: string
  queued: number
  running: number
  retrying: number
  failed: number
}

export interface Holder {
  name: string
  since: string
}

export interface WaitingEffect {
  id: string
  kind: string
  state: State
  summary: unknown
  why: unknown[]
  attempts: number
  at: string
  updated_at: string
  not_before: string | null
  firing: string
  rule: { id: string; name: string; version: number }
  record: { entity: string; id: string; title: string | null }
}

export interface Queues {
  now: string
  kinds: KindCount[]
  due_since: string | null
  effect_since: string | null
  put_off: { writes: number; records: number; runs: number }
  waiting_runs: number
  imports: number
  syncs: number
  clock: Holder | null
  workers: Holder[]
  last_failure: WaitingEffect | null
  broken: { id: string; name: string; problems: unknown[] }[]
}

const QUEUES = 'queues'
const EVERY = 3_000

/** Work goes on without anybody writing: asked again every few seconds while the page is open. */
export const queuesQuery = queryOptions({
  queryKey: [QUEUES],
  queryFn: ({ signal }) => get<Queues>('/queues', { signal }),
  refetchInterval: EVERY,
})

export function effectPages(state: State) {
  return infiniteQueryOptions({
    queryKey: [QUEUES, 'effects', state],
    initialPageParam: '',
    queryFn: ({ signal, pageParam }) =>
      get<Page<WaitingEffect>>('/effects', { signal, query: { state, after: pageParam, limit: 25 } }),
    getNextPageParam: (last) => last.next,
    refetchInterval: EVERY,
  })
}

export const replay = (id: string) => post(`/effects/${id}/replay`)
export const replayAll = (rule: string | null) => post<{ replayed: number }>('/effects/replay', { rule })
