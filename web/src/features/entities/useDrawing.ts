/** The drawing of an entity: undo, the draft saved by itself (a new one when it is first named), publishing. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { useSettled } from '@/api/language'
import { entitiesQuery } from '@/api/model'
import { ApiProblem } from '@/api/problem'
import { type Undoable, useUndoable } from '@/ui/history'
import { keep, kept, useKept } from '@/ui/kept'
import { drawEntity, publishEntity, redrawEntity } from './api'
import type { Drawing } from './model'

export interface DrawingState {
  history: Undoable<Drawing>
  /** Unknown until a new entity is stored. */
  key: string | undefined
  state: 'new' | 'saved' | 'saving' | 'failed' | 'unready'
  error: unknown
  /** What is still missing before the draft can be saved: said gently, the person is typing. */
  unready: string[]
  publish: () => void
  publishing: boolean
}

export function useDrawing(
  first: Drawing,
  firstKey: string | undefined,
  firstEtag: string | null,
  onPublished: (key: string) => void,
): DrawingState {
  const client = useQueryClient()
  const place = `entity.${firstKey ?? 'new'}`
  const history = useUndoable<Drawing>(kept<Drawing>(place) ?? first)
  const [key, setKey] = useState(firstKey)
  const held = useRef({ key: firstKey, etag: firstEtag, sent: JSON.stringify(first) })
  const settled = useSettled(history.now, 800)
  useKept(place, JSON.stringify(history.now) === held.current.sent ? null : history.now)

  const store = async (drawing: Drawing) => {
    const answer = held.current.key
      ? await redrawEntity(held.current.key, drawing, held.current.etag)
      : await drawEntity(drawing)
    held.current = { key: answer.data.key, etag: answer.etag, sent: JSON.stringify(drawing) }
    keep(place, null)
    setKey(answer.data.key)
  }
  const saving = useMutation({ mutationFn: store, scope: { id: 'drawing' } })
  const { mutate } = saving
  useEffect(() => {
    // A new entity is stored with its first publishing: half a name must not become an entity.
    if (held.current.key && JSON.stringify(settled) !== held.current.sent) mutate(settled)
  }, [settled, mutate])

  const publishing = useMutation({
    scope: { id: 'drawing' },
    mutationFn: async () => {
      if (!held.current.key || JSON.stringify(history.now) !== held.current.sent) await store(history.now)
      const answer = await publishEntity(held.current.key ?? '')
      held.current.etag = answer.etag
      return answer.data.key
    },
    onSuccess: async (published) => {
      await client.invalidateQueries({ queryKey: entitiesQuery.queryKey })
      onPublished(published)
    },
  })
  const refused = saving.error instanceof ApiProblem && saving.error.status === 422 ? saving.error : null
  const unready = refused
    ? refused.problems.length
      ? refused.problems.map((one) => one.message)
      : [refused.message]
    : []
  return {
    history,
    key,
    state: saving.isPending ? 'saving' : unready.length ? 'unready' : saving.isError ? 'failed' : key ? 'saved' : 'new',
    error: publishing.error ?? (unready.length ? null : saving.error),
    unready,
    publish: () => publishing.mutate(),
    publishing: publishing.isPending,
  }
}
