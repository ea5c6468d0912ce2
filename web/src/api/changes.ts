/** Live data: asks every two seconds whether anything happened, and reads again what is on the screen if so. */
import type { QueryClient } from '@tanstack/react-query'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { request } from './client'
import { LIVE } from './records'

const PACE = 2_000

async function ask(etag: string | null, client: QueryClient): Promise<string | null> {
  const answer = await request<unknown>('GET', '/changes', { ifNoneMatch: etag })
  if (answer.status === 304) return etag
  if (etag !== null) await client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] === LIVE })
  return answer.etag
}

/** Keeps what is on the screen up to date while the page is visible. */
export function useLiveChanges(): void {
  const client = useQueryClient()
  useEffect(() => {
    let etag: string | null = null
    let stopped = false
    let timer = 0
    const round = async () => {
      if (!document.hidden) {
        // Offline or a failing server: the next round asks again, the banner speaks of it.
        etag = await ask(etag, client).catch(() => etag)
      }
      if (!stopped) timer = window.setTimeout(round, PACE)
    }
    void round()
    return () => {
      stopped = true
      clearTimeout(timer)
    }
  }, [client])
}
