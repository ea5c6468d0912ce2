/** Records: pages, outlines, one record, writes. */
import { queryOptions } from '@tanstack/react-query'
import { type Answer, answerOf, api, request } from './client'
import type {
  Firing,
  HistoryEntry,
  Outline,
  OutlineQuery,
  Page,
  RecordQuery,
  Row,
  StoredFile,
  Values,
  WorkedForm,
  Written,
} from './types'

/** Everything that must be read again when records of the workspace have changed starts with this key. */
export const LIVE = 'live'

export async function queryRecords(entity: string, query: RecordQuery, signal?: AbortSignal): Promise<Page<Row>> {
  const { data } = await api.POST('/api/v1/records/{entity}/query', {
    params: { path: { entity } },
    body: query,
    signal,
  })
  return data as Page<Row>
}

export function outlineQuery(entity: string, query: OutlineQuery) {
  return queryOptions({
    queryKey: [LIVE, 'outline', entity, query],
    queryFn: async ({ signal }) => {
      const path = { entity }
      const { data } = await api.POST('/api/v1/records/{entity}/outline', { params: { path }, body: query, signal })
      return data as Outline
    },
  })
}

export function recordQuery(entity: string, record: string) {
  return queryOptions({
    queryKey: [LIVE, 'record', entity, record],
    queryFn: async ({ signal }) => {
      const path = { entity, record }
      return answerOf<Row>(await api.GET('/api/v1/records/{entity}/{record}', { params: { path }, signal }))
    },
  })
}

export function historyQuery(entity: string, record: string, after?: string) {
  return queryOptions({
    queryKey: [LIVE, 'history', entity, record, after ?? ''],
    queryFn: async ({ signal }) => {
      const params = { path: { entity, record }, query: { after, limit: 50 } }
      const { data } = await api.GET('/api/v1/records/{entity}/{record}/history', { params, signal })
      return data as Page<HistoryEntry>
    },
  })
}

export interface FiringsAsked {
  rule?: string
  entity?: string
  record?: string
  after?: string
  limit?: number
}

export function firingsQuery(query: FiringsAsked) {
  return queryOptions({
    queryKey: [LIVE, 'firings', query],
    queryFn: async ({ signal }) => {
      const { data } = await api.GET('/api/v1/firings', { params: { query }, signal })
      return data as Page<Firing>
    },
  })
}

/** `version` as the server's `If-Match`. */
export function etagOf(version: number): string {
  return `"${version}"`
}

export async function createRecord(entity: string, values: Values, idempotencyKey: string): Promise<Answer<Written>> {
  const headers = { 'Idempotency-Key': idempotencyKey }
  return answerOf(
    await api.POST('/api/v1/records/{entity}', { params: { path: { entity } }, body: { values }, headers }),
  )
}

export async function updateRecord(
  entity: string,
  record: string,
  values: Values,
  etag: string,
): Promise<Answer<Written>> {
  const options = { params: { path: { entity, record } }, body: { values }, headers: { 'If-Match': etag } }
  return answerOf(await api.PATCH('/api/v1/records/{entity}/{record}', options))
}

export async function deleteRecord(entity: string, record: string, etag: string): Promise<Answer<Written>> {
  const options = { params: { path: { entity, record } }, headers: { 'If-Match': etag } }
  return answerOf(await api.DELETE('/api/v1/records/{entity}/{record}', options))
}

/** Brings a deleted record back, as undo does. */
export async function restoreRecord(entity: string, record: string): Promise<Answer<Written>> {
  const params = { path: { entity, record } }
  return answerOf(await api.POST('/api/v1/records/{entity}/{record}/restore', { params }))
}

export function workedFormsQuery(entity: string, record: string) {
  return queryOptions({
    queryKey: [LIVE, 'worked-forms', entity, record],
    queryFn: async ({ signal }) => {
      const params = { path: { entity, record } }
      const { data } = await api.GET('/api/v1/records/{entity}/{record}/forms', { params, signal })
      return (data?.items ?? []) as WorkedForm[]
    },
  })
}

export async function uploadFile(file: File): Promise<StoredFile> {
  const form = new FormData()
  form.append('file', file)
  return (await request<StoredFile>('POST', '/files', { form })).data
}

export const fileAddress = (id: string) => `/api/v1/files/${encodeURIComponent(id)}`
