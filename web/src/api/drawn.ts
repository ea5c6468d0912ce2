/** Views, forms, pipelines and rules share their verbs: draft, publish, versions, restore. */
import { queryOptions } from '@tanstack/react-query'
import { type Answer, get, request } from './client'
import type { Drawn, Labels } from './types'

export type DrawnKind = 'views' | 'forms' | 'pipelines' | 'rules'

export interface DrawnInput<Content> {
  name?: string
  labels?: Labels
  entity?: string
  content?: Content
  shared?: boolean
}

export interface DrawnVersion {
  version: number
  published_at: string
  published_by: string | null
  content: unknown
}

export const drawnKey = (kind: DrawnKind, ...rest: unknown[]) => ['drawn', kind, ...rest]

export function drawnListQuery<Content>(kind: DrawnKind, entity?: string) {
  return queryOptions({
    queryKey: drawnKey(kind, 'list', entity ?? ''),
    queryFn: async ({ signal }) => {
      const answer = await get<{ items: Drawn<Content>[] } | Drawn<Content>[]>(`/${kind}`, {
        signal,
        query: { entity },
      })
      return Array.isArray(answer) ? answer : answer.items
    },
  })
}

export function drawnQuery<Content>(kind: DrawnKind, id: string) {
  return queryOptions({
    queryKey: drawnKey(kind, 'one', id),
    queryFn: ({ signal }) => request<Drawn<Content>>('GET', `/${kind}/${id}`, { signal }),
  })
}

export function createDrawn<Content>(kind: DrawnKind, input: DrawnInput<Content>): Promise<Answer<Drawn<Content>>> {
  return request('POST', `/${kind}`, { body: input })
}

export function saveDraft<Content>(
  kind: DrawnKind,
  id: string,
  input: DrawnInput<Content>,
  etag: string | null,
): Promise<Answer<Drawn<Content>>> {
  return request('PUT', `/${kind}/${id}`, { body: input, ifMatch: etag })
}

export function publishDrawn<Content>(
  kind: DrawnKind,
  id: string,
  etag: string | null,
): Promise<Answer<Drawn<Content>>> {
  return request('POST', `/${kind}/${id}/publish`, { body: {}, ifMatch: etag })
}

export function removeDrawn(kind: DrawnKind, id: string, etag: string | null): Promise<Answer<null>> {
  return request('DELETE', `/${kind}/${id}`, { ifMatch: etag })
}

export async function versionsOf(kind: DrawnKind, id: string): Promise<DrawnVersion[]> {
  const answer = await get<{ items: DrawnVersion[] } | DrawnVersion[]>(`/${kind}/${id}/versions`)
  return Array.isArray(answer) ? answer : answer.items
}

export function restoreDrawn<Content>(
  kind: DrawnKind,
  id: string,
  version: number,
  etag: string | null,
): Promise<Answer<Drawn<Content>>> {
  return request('POST', `/${kind}/${id}/restore`, { body: { version }, ifMatch: etag })
}
