/** What is half typed is kept in this browser, for whoever typed it: it goes when they sign out, or somebody else comes. */

const PREFIX = 'ruleloom.'
/** Of the browser, not of a person. */
const STAYS = new Set(['ruleloom.theme', 'ruleloom.language', 'ruleloom.who'])

/** Leaves nothing that anybody typed. */
export function forgetTyped(): void {
  for (const store of [sessionStorage, localStorage]) {
    for (const key of Object.keys(store)) if (key.startsWith(PREFIX) && !STAYS.has(key)) store.removeItem(key)
  }
}

/** Whoever is signed in now: what another person typed here is not theirs. */
export function typedBy(user: string): void {
  const before = localStorage.getItem('ruleloom.who')
  if (before && before !== user) forgetTyped()
  localStorage.setItem('ruleloom.who', user)
}
