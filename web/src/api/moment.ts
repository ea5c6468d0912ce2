/** What `now`, `today` and `me` mean in conditions: the server's clock and calendar, and who is signed in. */
import { queryOptions, useQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useState } from 'react'
import { Calendar } from '@/logic/calendar'
import { Moment } from '@/logic/moment'
import { api } from './client'
import { sessionQuery } from './session'

const TICK = 30_000

const calendarQuery = queryOptions({
  queryKey: ['calendar'],
  staleTime: 10 * 60_000,
  queryFn: async () => (await api.GET('/api/v1/calendar')).data,
})

function useTick(): number {
  const [tick, set] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => set(Date.now()), TICK)
    return () => clearInterval(timer)
  }, [])
  return tick
}

/** The moment by which these conditions are decided; it moves on twice a minute. Working days are read when asked for. */
export function useMoment(conditions: unknown): Moment {
  const { data: session, dataUpdatedAt } = useQuery(sessionQuery)
  const counts = useMemo(() => JSON.stringify(conditions)?.includes('"working_days"') ?? false, [conditions])
  const working = useQuery({ ...calendarQuery, enabled: counts }).data ?? null
  const zone = session?.workspace.timezone ?? 'UTC'
  const calendar = useMemo(() => new Calendar(zone, working), [zone, working])
  const tick = useTick()
  const ahead = session ? Date.parse(session.workspace.now) - dataUpdatedAt : 0
  const me = session?.user.id ?? null
  return useMemo(
    () => new Moment(BigInt(Math.max(tick, dataUpdatedAt) + ahead) * 1000n, calendar, me),
    [tick, dataUpdatedAt, ahead, calendar, me],
  )
}
