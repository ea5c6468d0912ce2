/** Records: pages, outlines, one record, writes. */
import { queryOptions } from '@tanstack/react-query'
import { type Answer, get, post, request } from './client'
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

const path = (entity: string, id?: string) =>
  `/records/${encodeURIComponent(entity)}${id ? `/${encodeURIComponent(id)}` : ''}`

/** Everything that must be read again when records of the workspace have changed starts with this key. */
export const LIVE = 'live'

export function queryRecords(entity: string, query: RecordQuery, signal?: AbortSignal): Promise<Page<Row>> {
  return post<Page<Row>>(`${path(entity)}/query`, query, { signal })
}

export function outlineQuery(entity: string, query: OutlineQuery) {
  return queryOptions({
    queryKey: [LIVE, 'outline', entity, query],
    queryFn: ({ signal }) => post<Outline>(`${path(entity)}/outline`, query, { signal }),
  })
}

export function recordQuery(entity: string, id: string) {
  return queryOptions({
    queryKey: [LIVE, 'record', entity, id],
    queryFn: ({ signal }) => request<Row>('GET', path(entity, id), { signal }),
  })
}

export function historyQuery(entity: string, id: string, after?: string) {
  return queryOptions({
    queryKey: [LIVE, 'history', entity, id, after ?? ''],
    queryFn: ({ signal }) =>
      get<Page<HistoryEntry>>(`${path(entity, id)}/history`, { signal, query: { after, limit: 50 } }),
  })
}

export function firingsQuery(query: {
  rule?: string
  entity?: string
  record?: string
  after?: string
  limit?: number
}) {
  return queryOptions({
    queryKey: [LIVE, 'firings', query],
    queryFn: ({ signal }) => get<Page<Firing>>('/firings', { signal, query }),
  })
}

/** `version` as the server's `If-Match`. */
export function etagOf(version: number): string {
  return `"${version}"`
}

export function createRecord(entity: string, values: Values, idempotencyKey: string): Promise<Answer<Written>> {
  return request<Written>('POST', path(entity), { body: { values }, idempotencyKey })
}

export function updateRecord(entity: string, id: string, values: Values, etag: string): Promise<Answer<Written>> {
  return request<Written>('PATCH', path(entity, id), { body: { values }, ifMatch: etag })
}

export function deleteRecord(entity: string, id: string, etag: string): Promise<Answer<Written>> {
  return request<Written>('DELETE', path(entity, id), { ifMatch: etag })
}

/** Brings a deleted record back, as undo does. */
export function restoreRecord(entity: string, id: string): Promise<Answer<Written>> {
  return request<Written>('POST', `${path(entity, id)}/restore`, { body: {} })
}

export function workedFormsQuery(entity: string, id: string) {
  return queryOptions({
    queryKey: [LIVE, 'worked-forms', entity, id],
    queryFn: ({ signal }) =>
      get<{ items: WorkedForm[] }>(`${path(entity, id)}/forms`, { signal }).then((page) => page.items),
  })
}

export async function uploadFile(file: File): Promise<StoredFile> {
  const form = new FormData()
  form.append('file', file)
  return (await request<StoredFile>('POST', '/files', { form })).data
}

export const fileAddress = (id: string) => `/api/v1/files/${encodeURIComponent(id)}`
