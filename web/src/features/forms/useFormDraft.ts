/** The form being drawn: undo, the draft saved by itself, publishing and restoring. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { drawnKey, publishDrawn, restoreDrawn, saveDraft } from '@/api/drawn'
import { useSettled } from '@/api/language'
import type { Drawn, FormContent } from '@/api/types'
import { type Undoable, useUndoable } from '@/ui/history'
import { bare } from './model'

export interface FormDraft {
  history: Undoable<{ name: string; content: FormContent }>
  form: Drawn<FormContent>
  state: 'saved' | 'saving' | 'failed'
  error: unknown
  publish: () => void
  publishing: boolean
  /** Whether what is drawn differs from what everybody sees. */
  unpublished: boolean
  restore: (version: number) => void
}

export function useFormDraft(first: Drawn<FormContent>, firstEtag: string | null, name: string): FormDraft {
  const client = useQueryClient()
  const [form, setForm] = useState(first)
  const etag = useRef(firstEtag)
  const history = useUndoable({ name, content: bare(first.draft ?? first.content ?? { sections: [] }) })
  const sent = useRef(JSON.stringify(history.now))
  const settled = useSettled(history.now, 600)

  const take = (answer: { data: Drawn<FormContent>; etag: string | null }) => {
    etag.current = answer.etag
    setForm(answer.data)
  }
  const save = async (now: typeof history.now) => {
    sent.current = JSON.stringify(now)
    take(await saveDraft<FormContent>('forms', first.id, { name: now.name, content: now.content }, etag.current))
  }
  // One after the other: each draft names the version before it.
  const saving = useMutation({
    mutationFn: save,
    scope: { id: `form-${first.id}` },
    onError: () => {
      sent.current = ''
    },
  })
  const { mutate } = saving
  useEffect(() => {
    if (JSON.stringify(settled) !== sent.current) mutate(settled)
  }, [settled, mutate])

  const publishing = useMutation({
    scope: { id: `form-${first.id}` },
    mutationFn: async () => {
      if (JSON.stringify(history.now) !== sent.current) await save(history.now)
      take(await publishDrawn<FormContent>('forms', first.id, etag.current))
    },
    onSuccess: () => client.invalidateQueries({ queryKey: drawnKey('forms') }),
  })
  const restoring = useMutation({
    mutationFn: async (version: number) => {
      const answer = await restoreDrawn<FormContent>('forms', first.id, version, etag.current)
      take(answer)
      const next = { name: history.now.name, content: bare(answer.data.content ?? { sections: [] }) }
      sent.current = JSON.stringify(next)
      history.set(next)
    },
    onSuccess: () => client.invalidateQueries({ queryKey: drawnKey('forms') }),
  })
  return {
    history,
    form,
    state: saving.isPending ? 'saving' : saving.isError ? 'failed' : 'saved',
    error: publishing.error ?? restoring.error ?? saving.error,
    publish: () => publishing.mutate(),
    publishing: publishing.isPending,
    unpublished:
      form.published_version === null ||
      JSON.stringify(bare(form.content ?? { sections: [] })) !== JSON.stringify(history.now.content),
    restore: (version) => restoring.mutate(version),
  }
}
