/** How an entity is drawn at the moment, and what changes when it is published. */
import { queryOptions } from '@tanstack/react-query'
import { type Answer, request } from '@/api/client'
import type { Labels } from '@/api/types'
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

export interface FieldUse {
  kind: 'entity' | 'rule' | 'view' | 'form' | 'pipeline' | 'formula' | 'connection'
  id: string
  name: string
  labels: Labels
  entity: string | null
  /** Only its draft names the field: it does not stand in the way. */
  draft: boolean
  places: { part: string; words: string | null }[]
}

/** What becomes (or would become) of a thing that names a field when another one takes its place. */
export interface Replaced extends FieldUse {
  possible: boolean
  /** Why it cannot name the other field. */
  why: string[]
}

const replacing = (entity: string, field: string) => `${path(entity)}/fields/${encodeURIComponent(field)}/replace`

/** What could name the other field; nothing is changed. */
export function replacementQuery(entity: string, field: string, other: string | null) {
  return queryOptions({
    queryKey: ['uses', entity, field, other],
    enabled: other !== null,
    queryFn: async ({ signal }) =>
      (
        await request<{ items: Replaced[] }>('POST', `${replacing(entity, field)}/preview`, {
          body: { with: other },
          signal,
        })
      ).data.items,
    staleTime: 0,
  })
}

export const replaceField = async (entity: string, field: string, other: string) =>
  (await request<{ items: Replaced[] }>('POST', replacing(entity, field), { body: { with: other } })).data.items

/** What names a published field. */
export function usesQuery(entity: string, field: string) {
  return queryOptions({
    queryKey: ['uses', entity, field],
    queryFn: async ({ signal }) =>
      (
        await request<{ items: FieldUse[] }>('GET', `${path(entity)}/fields/${encodeURIComponent(field)}/uses`, {
          signal,
        })
      ).data.items,
    staleTime: 0,
  })
}
