/** Editing one record: what was typed (with undo), saving, and what to do when somebody else was faster. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { ApiProblem } from '@/api/problem'
import { etagOf, LIVE, recordQuery, updateRecord } from '@/api/records'
import type { Entity, Row, Written } from '@/api/types'
import { type Undoable, useUndoable } from '@/ui/history'
import { kept, useKept } from '@/ui/kept'
import { type Clash, changes, mergeEdits } from './formModel'
import type { Edited } from './RecordForm'

export interface RecordEdit {
  history: Undoable<Edited>
  set: (edited: Edited) => void
  changed: boolean
  save: () => void
  saving: boolean
  problem: ApiProblem | null
  touched: ReadonlySet<string>
  /** Somebody else saved other values for the same fields. */
  clashes: Clash[]
  settle: (field: string, take: 'mine' | 'theirs') => void
}

/** What was half typed, and the values that it began with: what somebody else stored since can be told apart. */
interface Half {
  base: Row['values']
  edited: Edited
}

/** Titles of what the half-typed references point to: they go before those of the stored record. */
function pointed(half: Half, merged: { values: Row['values'] }): Row['titles'] {
  const own = Object.entries(half.edited.titles)
  return Object.fromEntries(own.filter(([key]) => merged.values[key] === half.edited.values[key]))
}

const of = (row: Row): Edited => ({ values: row.values, titles: row.titles })

export function useRecordEdit(entity: Entity, row: Row, onSaved: (written: Written, before: Row) => void): RecordEdit {
  const client = useQueryClient()
  const history = useUndoable<Edited>(of(row))
  const base = useRef(row)
  const [clashes, setClashes] = useState<Clash[]>([])
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set())
  const [problem, setProblem] = useState<ApiProblem | null>(null)
  const { now, start, set: setNow } = history
  const edit = useMemo(() => changes(base.current.values, now.values), [now])
  const changed = Object.keys(edit).length > 0
  const place = `record/${entity.key}/${row.id}`
  const [half] = useState(() => kept<Half>(place))
  useKept(place, changed ? { base: base.current.values, edited: now } : null)
  // What was half typed before a reload comes back as one step that undo takes back.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the page opens
  useEffect(() => {
    if (!half) return
    const merged = mergeEdits(half.base, half.edited.values, base.current.values)
    setClashes(merged.clashes)
    setNow({ values: merged.values, titles: { ...base.current.titles, ...pointed(half, merged) } })
  }, [])

  // A newer version from the server: what both did goes together, what clashes is asked.
  useEffect(() => {
    if (row.version === base.current.version) return
    const merged = mergeEdits(base.current.values, now.values, row.values)
    base.current = row
    setClashes(merged.clashes)
    start({ values: merged.values, titles: { ...now.titles, ...row.titles } })
  }, [row, now, start])

  const saving = useMutation({
    mutationFn: () => updateRecord(entity.key, row.id, edit, etagOf(base.current.version)),
    onSuccess: ({ data, etag, status }) => {
      const before = base.current
      base.current = data.record
      start(of(data.record))
      setProblem(null)
      setClashes([])
      client.setQueryData(recordQuery(entity.key, row.id).queryKey, { data: data.record, etag, status })
      void client.invalidateQueries({ queryKey: [LIVE] })
      onSaved(data, before)
    },
    onError: (error) => {
      if (!(error instanceof ApiProblem)) return
      setTouched(new Set())
      setProblem(error)
      if (error.stale) void client.invalidateQueries({ queryKey: recordQuery(entity.key, row.id).queryKey })
    },
  })

  const set = useCallback(
    (next: Edited) => {
      const fields = Object.keys(changes(now.values, next.values))
      setTouched((known) => new Set([...known, ...fields]))
      setNow(next)
    },
    [now, setNow],
  )
  const settle = useCallback(
    (field: string, take: 'mine' | 'theirs') => {
      setClashes((all) => all.filter((clash) => clash.field !== field))
      if (take === 'mine') return
      const theirs = base.current
      set({
        values: { ...now.values, [field]: theirs.values[field] ?? null },
        titles: { ...now.titles, [field]: theirs.titles[field] ?? '' },
      })
    },
    [now, set],
  )
  const { mutate } = saving
  const save = useCallback(() => mutate(), [mutate])
  return { history, set, changed, save, saving: saving.isPending, problem, touched, clashes, settle }
}
