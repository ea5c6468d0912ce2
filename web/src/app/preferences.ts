/** The theme, remembered in this browser. */
import { useSyncExternalStore } from 'react'

export type ThemeName = 'light' | 'dark'

const listeners = new Set<() => void>()
const current = (): ThemeName => (document.documentElement.dataset.theme === 'dark' ? 'dark' : 'light')

export function setTheme(name: ThemeName): void {
  document.documentElement.dataset.theme = name
  localStorage.setItem('ruleloom.theme', name)
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function useTheme(): ThemeName {
  return useSyncExternalStore(subscribe, current)
}
