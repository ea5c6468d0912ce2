/** Short notes at the foot of the page, read out politely; what can be undone carries its undo. */
import { useSyncExternalStore } from 'react'
import { useTexts } from '@/locales/i18n'
import { Button, IconButton } from './Button'

export interface Toast {
  id: number
  text: string
  tone?: 'good' | 'bad'
  action?: { label: string; run: () => void }
}

let toasts: Toast[] = []
let count = 0
const listeners = new Set<() => void>()

function change(next: Toast[]): void {
  toasts = next
  for (const listener of listeners) listener()
}

function dismiss(id: number): void {
  change(toasts.filter((toast) => toast.id !== id))
}

/** Shows a note for six seconds (one with an action for ten). */
export function toast(note: Omit<Toast, 'id'>): void {
  count += 1
  const id = count
  change([...toasts.slice(-2), { ...note, id }])
  setTimeout(() => dismiss(id), note.action ? 10_000 : 6_000)
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function Toasts() {
  const { t } = useTexts()
  const shown = useSyncExternalStore(subscribe, () => toasts)
  return (
    <div className="toasts" role="status" aria-live="polite">
      {shown.map((note) => (
        <div key={note.id} className={`toast ${note.tone ?? 'good'}`}>
          <span>{note.text}</span>
          {note.action && (
            <Button
              small
              onClick={() => {
                note.action?.run()
                dismiss(note.id)
              }}
            >
              {note.action.label}
            </Button>
          )}
          <IconButton small icon="x" label={t('close')} onClick={() => dismiss(note.id)} />
        </div>
      ))}
    </div>
  )
}
