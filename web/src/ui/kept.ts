/** What is half typed, kept through a reload, a sign-in and a look at another page; gone with the tab. */
import { useEffect } from 'react'

const address = (place: string) => `ruleloom.half.${place}`

/** What was kept at a place; null when nothing was, or nothing that can be read. */
export function kept<T>(place: string): T | null {
  try {
    return JSON.parse(sessionStorage.getItem(address(place)) ?? 'null') as T | null
  } catch {
    return null
  }
}

export function keep(place: string, value: unknown): void {
  if (value === null) sessionStorage.removeItem(address(place))
  else sessionStorage.setItem(address(place), JSON.stringify(value))
}

/** Keeps a value as long as it differs from what is stored (null: nothing to keep). */
export function useKept(place: string, value: unknown): void {
  const text = JSON.stringify(value)
  useEffect(() => keep(place, JSON.parse(text)), [place, text])
}
