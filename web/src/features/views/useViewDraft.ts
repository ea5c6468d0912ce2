/**
 * What is being built of a view: undo and redo, kept in this browser at once, and as the server's draft while building.
 * Trying something never alters what others see; only publishing does.
 */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { createDrawn, drawnKey, publishDrawn, saveDraft } from '@/api/drawn'
import { useSettled } from '@/api/language'
import type { Drawn, Entity, Labels, ViewContent } from '@/api/types'
import { type Commands, useCommands } from '@/ui/commands'
import { whole } from './model'

export interface StoredView {
  view: Drawn<ViewContent>
  etag: string | null
}

const placeOf = (entity: string, id: string | undefined) => `ruleloom.view.${entity}.${id ?? 'all'}`

function remembered(key: string): ViewContent | null {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? 'null')
  } catch {
    return null
  }
}

export interface ViewDraft {
  now: ViewContent
  set: (content: ViewContent) => void
  commands: Commands
  /** What everybody sees of this view. */
  base: ViewContent
  changed: boolean
  reset: () => void
  draftState: 'saved' | 'saving' | 'local'
  publish: (how: { name: string; labels: Labels; shared: boolean; asNew: boolean }) => Promise<Drawn<ViewContent>>
  publishing: boolean
  publishError: unknown
}

export function useViewDraft(entity: Entity, stored: StoredView | null, building: boolean): ViewDraft {
  const client = useQueryClient()
  const view = stored?.view ?? null
  const key = placeOf(entity.key, view?.id)
  const base = useMemo(() => whole(view?.content ?? (view ? view.draft : null), entity), [view, entity])
  const commands = useCommands()
  const [now, show] = useState(() => whole(remembered(key) ?? view?.draft ?? view?.content, entity))
  const etag = useRef(stored?.etag ?? null)
  const changed = JSON.stringify(now) !== JSON.stringify(base)
  const { run } = commands
  const set = useCallback(
    (content: ViewContent) => {
      if (JSON.stringify(content) !== JSON.stringify(now)) run({ redo: () => show(content), undo: () => show(now) })
    },
    [now, run],
  )

  useEffect(() => {
    if (changed) sessionStorage.setItem(key, JSON.stringify(now))
    else sessionStorage.removeItem(key)
  }, [key, now, changed])

  const draft = useMutation({
    mutationFn: (content: ViewContent) => saveDraft<ViewContent>('views', view?.id ?? '', { content }, etag.current),
    onSuccess: (answer) => {
      etag.current = answer.etag
    },
  })
  const settled = useSettled(now, 700)
  const sent = useRef(JSON.stringify(view?.draft ?? base))
  const { mutate } = draft
  useEffect(() => {
    const text = JSON.stringify(settled)
    if (!view || !building || text === sent.current) return
    sent.current = text
    mutate(settled)
  }, [settled, view, building, mutate])

  const publishing = useMutation({
    mutationFn: async ({
      name,
      labels,
      shared,
      asNew,
    }: {
      name: string
      labels: Labels
      shared: boolean
      asNew: boolean
    }) => {
      const content = now
      const input = { name, labels, shared, content }
      const made =
        view && !asNew
          ? await saveDraft('views', view.id, input, etag.current)
          : await createDrawn('views', { ...input, entity: entity.key })
      const answer = await publishDrawn<ViewContent>('views', made.data.id, made.etag)
      etag.current = answer.etag
      return answer.data
    },
    onSuccess: async () => {
      sessionStorage.removeItem(key)
      await client.invalidateQueries({ queryKey: drawnKey('views') })
    },
  })

  return {
    now,
    set,
    commands,
    base,
    changed,
    reset: () => set(base),
    draftState: !view || !building || draft.isError ? 'local' : draft.isPending ? 'saving' : 'saved',
    publish: publishing.mutateAsync,
    publishing: publishing.isPending,
    publishError: publishing.error,
  }
}
