import { useMutation, useQueryClient } from '@tanstack/react-query'
import { LIVE } from '@/api/records'
import { sessionQuery } from '@/api/session'
import { advanceClock } from './api'

/** Lets time pass in a demo workspace; afterwards everything on the screen is read again. */
export function useDemoClock() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: advanceClock,
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: [LIVE] })
      await client.invalidateQueries({ queryKey: sessionQuery.queryKey })
    },
  })
}
