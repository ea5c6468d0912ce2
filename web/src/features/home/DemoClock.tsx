import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '@/api/client'
import { LIVE } from '@/api/records'
import { sessionQuery, useSession } from '@/api/session'
import type { Firing } from '@/api/types'
import { useTexts } from '@/locales/i18n'
import { Button } from '@/ui/Button'
import { Icon } from '@/ui/icons'
import { ProblemNote } from '@/ui/ProblemNote'
import { formatInstant } from '@/values/time'
import { FiringLine } from './LatestFirings'

/** Demo workspaces have a clock of their own: let time pass and see what becomes due. */
export function DemoClock() {
  const { t } = useTexts('home')
  const client = useQueryClient()
  const session = useSession()
  const [caused, setCaused] = useState<Firing[] | null>(null)
  const advance = useMutation({
    mutationFn: async (days: number) => {
      const { data } = await api.POST('/api/v1/demo/clock/advance', { body: { days } })
      return (data?.firings ?? []) as Firing[]
    },
    onSuccess: async (answer) => {
      setCaused(answer)
      await client.invalidateQueries({ queryKey: [LIVE] })
      await client.invalidateQueries({ queryKey: sessionQuery.queryKey })
    },
  })
  if (!session) return null
  return (
    <section className="card demo-clock" aria-label={t('clock.title')}>
      <div className="line">
        <span className="entity-icon amber">
          <Icon name="clock" />
        </span>
        <p className="grow">
          <b>{t('clock.title')}</b>
          <br />
          <span className="mut num">
            {t('clock.now', { now: formatInstant(session.workspace.now, session.workspace.timezone) })}
          </span>
        </p>
        <Button tone="primary" icon="play" busy={advance.isPending} onClick={() => advance.mutate(30)}>
          {t('clock.advance', { days: 30 })}
        </Button>
      </div>
      {advance.error && <ProblemNote error={advance.error} />}
      {caused && (
        <div role="status">
          <p className="demo-result">{t('clock.caused', { count: caused.length })}</p>
          <ul className="firing-list">
            {caused.slice(0, 8).map((firing) => (
              <FiringLine key={firing.id} firing={firing} />
            ))}
          </ul>
        </div>
      )}
    </section>
  )
}
