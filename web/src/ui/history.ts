/** Undo and redo over plain values: a hundred steps, Ctrl+Z and Ctrl+Shift+Z. */
import { useCallback, useEffect, useMemo, useReducer } from 'react'

export const STEPS = 100

export interface History<T> {
  past: T[]
  now: T
  future: T[]
}

export type Step<T> = { kind: 'set'; value: T } | { kind: 'undo' } | { kind: 'redo' } | { kind: 'start'; value: T }

const same = (a: unknown, b: unknown) => a === b || JSON.stringify(a) === JSON.stringify(b)

/** The history after a step; setting what is already there is no step. */
export function step<T>(history: History<T>, action: Step<T>): History<T> {
  const { past, now, future } = history
  switch (action.kind) {
    case 'start':
      return { past: [], now: action.value, future: [] }
    case 'set':
      return same(action.value, now) ? history : { past: [...past, now].slice(-STEPS), now: action.value, future: [] }
    case 'undo': {
      const before = past.at(-1)
      return before === undefined ? history : { past: past.slice(0, -1), now: before, future: [now, ...future] }
    }
    case 'redo': {
      const [after, ...rest] = future
      return after === undefined ? history : { past: [...past, now].slice(-STEPS), now: after, future: rest }
    }
  }
}

/** Ctrl+Z and Ctrl+Shift+Z (Ctrl+Y), except where a text field has its own. */
export function useUndoKeys(undo: () => void, redo: () => void): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const typing = (event.target as HTMLElement).closest?.(
        'input:not([type=checkbox]):not([type=radio]),textarea,.cm-editor',
      )
      const key = event.key.toLowerCase()
      if (typing || !(event.ctrlKey || event.metaKey) || (key !== 'z' && key !== 'y')) return
      event.preventDefault()
      if (key === 'y' || event.shiftKey) redo()
      else undo()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [undo, redo])
}

export interface Undoable<T> {
  now: T
  set: (value: T) => void
  /** Begins anew from a value, without a way back. */
  start: (value: T) => void
  undo: () => void
  redo: () => void
  canUndo: boolean
  canRedo: boolean
}

export function useUndoable<T>(initial: T): Undoable<T> {
  const [history, act] = useReducer(step<T>, { past: [], now: initial, future: [] })
  const set = useCallback((value: T) => act({ kind: 'set', value }), [])
  const start = useCallback((value: T) => act({ kind: 'start', value }), [])
  const undo = useCallback(() => act({ kind: 'undo' }), [])
  const redo = useCallback(() => act({ kind: 'redo' }), [])
  useUndoKeys(undo, redo)
  return useMemo(
    () => ({
      now: history.now,
      set,
      start,
      undo,
      redo,
      canUndo: history.past.length > 0,
      canRedo: history.future.length > 0,
    }),
    [history, set, start, undo, redo],
  )
}
