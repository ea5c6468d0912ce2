import { QueryClient } from '@tanstack/react-query'
import { ApiProblem } from '@/api/problem'

/** Reading is repeated when the network or the server failed, never when the request itself was wrong. */
function worthRepeating(count: number, error: Error): boolean {
  return error instanceof ApiProblem && (error.offline || error.status >= 500) && count < 2
}

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: { retry: worthRepeating, staleTime: 5_000, refetchOnWindowFocus: false },
    mutations: { retry: false },
  },
})
