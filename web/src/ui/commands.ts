/** Undo and redo over acts that reach further than a value on the page (writing a record): each act knows its way back. */
import { useCallback, useMemo, useReducer, useRef } from 'react'
import { STEPS, useUndoKeys } from './history'

export interface Command {
  redo: () => void
  undo: () => void
}

export interface Commands {
  /** Does an act and remembers how to take it back. */
  run: (command: Command) => void
  undo: () => void
  redo: () => void
  canUndo: boolean
  canRedo: boolean
}

export function useCommands(): Commands {
  const past = useRef<Command[]>([])
  const future = useRef<Command[]>([])
  const [, redraw] = useReducer((count: number) => count + 1, 0)
  const run = useCallback((command: Command) => {
    past.current = [...past.current, command].slice(-STEPS)
    future.current = []
    command.redo()
    redraw()
  }, [])
  const undo = useCallback(() => {
    const command = past.current.pop()
    if (!command) return
    future.current.push(command)
    command.undo()
    redraw()
  }, [])
  const redo = useCallback(() => {
    const command = future.current.pop()
    if (!command) return
    past.current.push(command)
    command.redo()
    redraw()
  }, [])
  useUndoKeys(undo, redo)
  const [canUndo, canRedo] = [past.current.length > 0, future.current.length > 0]
  return useMemo(() => ({ run, undo, redo, canUndo, canRedo }), [run, undo, redo, canUndo, canRedo])
}
