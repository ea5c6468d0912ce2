/** Connections to other systems. Secrets go in and never come out: only their names do. */
import { queryOptions } from '@tanstack/react-query'
import { get, post, request } from '@/api/client'
import type { Labels, Page } from '@/api/types'
import type { Mapping } from './mapping'

export interface Setting {
  key: string
  labels: Labels
  help: Labels | null
  type: 'text' | 'secret' | 'url' | 'number' | 'choice' | 'zone'
  required: boolean
  secret: boolean
  default: unknown
  options: Record<string, Labels>
  /** Values of other settings with which this one is asked for; empty: always. */
  only_when: Record<string, string[]>
}

export interface RemoteField {
  key: string
  type: string
  labels: Labels
  required: boolean
  /** The list (lines of an order) that it belongs to. */
  within: string | null
}

export interface RemoteResource {
  name: string
  labels: Labels
  key: string
  natural: string | null
  lists: string[]
  fields: RemoteField[]
}

export interface Kind {
  kind: string
  labels: Labels
  version: string
  level: 'real-system' | 'vendor-sdk' | 'documented' | 'experimental'
  settings: Setting[]
  resources: RemoteResource[]
}

export interface Connection {
  id: string
  kind: string
  name: string
  settings: Record<string, unknown>
  secrets: string[]
  mapping: Mapping | null
  status: string
  version: number
}

export interface Health {
  ok: boolean
  account: string
  skew_seconds: number
  notes: string[]
}

export interface RemoteSample {
  fields: RemoteField[]
  rows: Record<string, unknown>[]
}

export interface SyncProblem {
  resource: string
  external_id: string
  field: string | null
  code: string
  message: string
}

export interface SyncRun {
  id: string
  status: 'running' | 'done' | 'partial' | 'failed' | 'stopped' | 'interrupted'
  started_at: string
  ended_at: string | null
  counts: Record<string, Record<string, unknown>>
  problems: SyncProblem[]
}

export const kindsQuery = queryOptions({
  queryKey: ['connector-kinds'],
  staleTime: 5 * 60_000,
  queryFn: async ({ signal }) => (await get<{ items: Kind[] }>('/connector-kinds', { signal })).items,
})

export const connectionsQuery = queryOptions({
  queryKey: ['connections'],
  queryFn: async ({ signal }) => (await get<Page<Connection>>('/connections', { signal })).items,
})

export function connectionQuery(id: string) {
  return queryOptions({
    queryKey: ['connections', id],
    queryFn: ({ signal }) => request<Connection>('GET', `/connections/${id}`, { signal }),
  })
}

export function runsQuery(id: string, working: boolean) {
  return queryOptions({
    queryKey: ['connections', id, 'runs'],
    queryFn: ({ signal }) => get<Page<SyncRun>>(`/connections/${id}/runs`, { signal, query: { limit: 10 } }),
    refetchInterval: ({ state }) => (working || state.data?.items[0]?.status === 'running' ? 1_000 : false),
  })
}

export function sampleQuery(id: string, resource: string) {
  return queryOptions({
    queryKey: ['connections', id, 'sample', resource],
    staleTime: 60_000,
    retry: false,
    queryFn: ({ signal }) => post<RemoteSample>(`/connections/${id}/preview`, { resource }, { signal }),
  })
}

export const createConnection = (kind: string, name: string, settings: Record<string, unknown>) =>
  request<Connection>('POST', '/connections', { body: { kind, name, settings } })

export const changeConnection = (
  id: string,
  etag: string | null,
  change: Partial<Pick<Connection, 'name' | 'settings'>>,
) => request<Connection>('PATCH', `/connections/${id}`, { body: change, ifMatch: etag })

export const removeConnection = (id: string, etag: string | null) =>
  request<null>('DELETE', `/connections/${id}`, { ifMatch: etag })

export const testConnection = (id: string) => post<Health>(`/connections/${id}/test`, {})
export const syncNow = (id: string) => post<SyncRun>(`/connections/${id}/sync`, {})
export const stopSync = (id: string) => post<null>(`/connections/${id}/stop`, {})
export const startOver = (id: string) => post<null>(`/connections/${id}/start-over`, {})

export const saveMapping = (id: string, etag: string | null, mapping: Mapping) =>
  request<Connection>('PUT', `/connections/${id}/mapping`, { body: { mapping }, ifMatch: etag })
