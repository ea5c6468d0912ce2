/** Taking back what a firing (or an undo) wrote: asked what it would do, then done. */
import { queryOptions } from '@tanstack/react-query'
import { post } from '@/api/client'
import { LIVE } from '@/api/records'
import type { Both, Value } from '@/api/types'

export interface Deed {
  kind: 'firing' | 'undo'
  id: string
}

export interface Clash {
  code: string
  words: Both
  at: string | null
}

export interface FieldBack {
  field: string
  now: Value
  back: Value
  now_title: string | null
  back_title: string | null
  clash: Clash | null
}

export interface UndoItem {
  verb: 'restore' | 'update' | 'delete'
  record: { entity: string; id: string; title: string | null }
  fields: FieldBack[]
  state: 'free' | 'conflict' | 'impossible'
  clashes: Clash[]
  done: boolean
}

export interface UndoFiring {
  id: string | null
  rule: { id: string; name: string }
  record: { entity: string; id: string; title: string | null }
  edge: string
}

export interface Outside {
  id: string
  kind: string
  summary: Both
}

export interface UndoPlan {
  undo: string | null
  kind: 'firing' | 'undo'
  chained: boolean
  fingerprint: string
  items: UndoItem[]
  left: number
  firings: UndoFiring[]
  further: UndoFiring[]
  answering: UndoFiring[]
  gone_out: Outside[]
  not_begun: Outside[]
  notices_read: number
  notices_unread: number
  runs: number
}

export type Conflicts = 'leave' | 'overwrite'

const pathOf = (deed: Deed) => `/${deed.kind === 'undo' ? 'undos' : 'firings'}/${deed.id}/undo`

export function undoPreviewQuery(deed: Deed, chained: boolean) {
  return queryOptions({
    queryKey: [LIVE, 'undo-preview', deed.kind, deed.id, chained],
    retry: false,
    queryFn: ({ signal }) => post<UndoPlan>(`${pathOf(deed)}/preview`, { chained }, { signal }),
  })
}

export function carryOut(deed: Deed, chained: boolean, conflicts: Conflicts, fingerprint: string): Promise<UndoPlan> {
  return post<UndoPlan>(pathOf(deed), { chained, conflicts, fingerprint })
}
