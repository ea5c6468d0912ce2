/** Backtests on the server: asking for one, how far it is, what it found. */
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { get, post } from '@/api/client'
import type { components } from '@/api/schema'
import type { Reason } from '@/api/types'

export type Backtest = components['schemas']['Backtest']
export type Found = components['schemas']['BacktestResult']
export type Side = components['schemas']['Side']
export type Group = 'a' | 'b' | 'both' | 'shifted'
export type TriedEffect = components['schemas']['TriedEffect']

export interface Hit {
  at: string
  edge: 'on' | 'change' | 'schedule' | 'blocked'
  reason: Reason | null
  effects: TriedEffect[]
}

/** A hit of one version, or of both at the same or another instant. */
export interface HitPair {
  id: string
  group: Group
  record: string
  title: string | null
  a: Hit | null
  b: Hit | null
}

/** What to play: `version` null is the draft. */
export interface Asked {
  version: number | null
  compare: number | null
  last_days?: number
  from?: string
  to?: string
  history: 'recorded' | 'business'
}

const GOING_ON = ['waiting', 'running', 'stopping']
const LOOK_AGAIN = 700
const PAGE = 30

export const goesOn = (run: Backtest | undefined): boolean => !!run && GOING_ON.includes(run.status)

export const beginBacktest = (rule: string, asked: Asked) => post<Backtest>(`/rules/${rule}/backtests`, asked)

export const stopBacktest = (run: string) => post<Backtest>(`/backtests/${run}/stop`)

/** A run; looked at again while it goes on. */
export function backtestQuery(run: string | undefined) {
  return queryOptions({
    queryKey: ['backtest', run],
    enabled: run !== undefined,
    queryFn: ({ signal }) => get<Backtest>(`/backtests/${run}`, { signal }),
    refetchInterval: ({ state }) => (goesOn(state.data) ? LOOK_AGAIN : false),
  })
}

export function hitPages(run: string, group: Group | null) {
  return infiniteQueryOptions({
    queryKey: ['backtest', run, 'hits', group],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) =>
      get<{ items: HitPair[]; next: string | null }>(`/backtests/${run}/hits`, {
        signal,
        query: { after: pageParam, limit: PAGE, group },
      }),
    getNextPageParam: (last) => last.next ?? undefined,
  })
}
