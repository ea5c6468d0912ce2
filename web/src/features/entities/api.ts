/** How an entity is drawn at the moment, and what changes when it is published. */
import { queryOptions } from '@tanstack/react-query'
import { type Answer, request } from '@/api/client'
import type { Drawing, DrawnEntity } from './model'

const path = (key: string) => `/entities/${encodeURIComponent(key)}`

export function drawingQuery(key: string) {
  return queryOptions({
    queryKey: ['drawing', key],
    queryFn: ({ signal }) => request<DrawnEntity>('GET', `${path(key)}/draft`, { signal }),
    staleTime: 0,
  })
}

export function drawEntity(drawing: Drawing): Promise<Answer<DrawnEntity>> {
  return request('POST', '/entities', { body: drawing })
}

export function redrawEntity(key: string, drawing: Drawing, etag: string | null): Promise<Answer<DrawnEntity>> {
  return request('PUT', path(key), { body: drawing, ifMatch: etag })
}

export function publishEntity(key: string): Promise<Answer<DrawnEntity>> {
  return request('POST', `${path(key)}/publish`, { body: {} })
}
