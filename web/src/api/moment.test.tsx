import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { renderHook } from '@testing-library/react'
import type { ReactNode } from 'react'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { useMoment } from './moment'

const HERE = new Date('2026-03-31T06:30:00Z')
const session = {
  user: { id: '7' },
  workspace: { timezone: 'Asia/Shanghai', now: '2026-04-30T20:00:00Z' },
}
const calendar = { timezone: 'Asia/Shanghai', weekend: ['saturday', 'sunday'], holidays: ['2026-05-01'], workdays: [] }

function momentFor(conditions: unknown, known: boolean) {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY } } })
  client.setQueryData(['session'], session)
  if (known) client.setQueryData(['calendar'], calendar)
  const wrapper = ({ children }: { children: ReactNode }) => (
    <QueryClientProvider client={client}>{children}</QueryClientProvider>
  )
  return renderHook(() => useMoment(conditions), { wrapper }).result.current
}

describe('the moment of conditions', () => {
  afterEach(() => {
    vi.useRealTimers()
    vi.unstubAllGlobals()
  })

  it('is that of the server, whatever the clock here says', () => {
    vi.useFakeTimers({ now: HERE })
    expect(momentFor([], false).data()).toEqual({
      $now: '2026-04-30T20:00:00.000000Z',
      $today: '2026-05-01',
      $day_of_now: '2026-05-01',
      $me: '7',
    })
  })

  it('counts working days by the calendar of the workspace', () => {
    const counting = [{ shift: [{ var: '$today' }, 1, 1, 'working_days'] }]
    expect(momentFor(counting, true).shifted('2026-04-30', 1, 1, 'working_days')).toBe('2026-05-04')
  })

  it('reads the calendar only for conditions that count working days', () => {
    const fetched = vi.fn(() => new Promise<Response>(() => {}))
    vi.stubGlobal('fetch', fetched)
    momentFor([{ within: [{ var: 'day' }, ['last', 2, 'days']] }], false)
    expect(fetched).not.toHaveBeenCalled()
    momentFor([{ within: [{ var: 'day' }, ['last', 2, 'working_days']] }], false)
    expect(fetched).toHaveBeenCalledTimes(1)
  })
})
