import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { Answer } from '@/api/client'
import { drawnKey, drawnQuery } from '@/api/drawn'
import { LIVE } from '@/api/records'
import { useSession } from '@/api/session'
import { useTexts } from '@/locales/i18n'
import { Button, IconButton } from '@/ui/Button'
import { Icon } from '@/ui/icons'
import { Menu, type MenuItem } from '@/ui/Menu'
import { ProblemNote } from '@/ui/ProblemNote'
import { toast } from '@/ui/toasts'
import { formatDecimal } from '@/values/decimal'
import { formatInstant } from '@/values/time'
import type { Rule, RuleContent } from '../api'
import { goOn, type Release, release, type Safety, safetyQuery } from './api'
import './safety.css'

/** On the page of a rule that stopped by itself, or of which something is held back: why, and what becomes of it. */
export function SafetyCard({ rule, onSwitched }: { rule: Rule; onSwitched: (now: Answer<Rule>) => void }) {
  const { t } = useTexts('rules')
  const safety = useQuery(safetyQuery(rule.published_version ? rule.id : undefined))
  const found = safety.data
  const decide = useDeciding(rule, onSwitched)
  if (safety.error) return <ProblemNote error={safety.error} />
  if (!found?.stopped && !found?.held) return null
  const { stopped } = found
  const more: MenuItem[] = [
    {
      key: 'all',
      icon: 'check',
      label: t(stopped ? 'safety.goOnAll' : 'safety.all'),
      onPick: () => decide.run('all', stopped !== null),
    },
    ...(stopped
      ? [{ key: 'later', icon: 'clock' as const, label: t('safety.goOnLater'), onPick: () => decide.run(null, true) }]
      : []),
  ]
  return (
    <section className={stopped ? 'card safety-card stopped' : 'card safety-card'} aria-label={t('safety.title')}>
      <div className="safety-words">
        {stopped && <Stopped stopped={stopped} />}
        {found.held > 0 && <Held rule={rule} held={found.held} />}
        {decide.left !== null && <p role="status">{t('safety.left', { count: decide.left })}</p>}
        {decide.error && <ProblemNote error={decide.error} />}
      </div>
      <div className="safety-actions">
        {found.held > 0 && (
          <>
            <Button tone="primary" busy={decide.busy} onClick={() => decide.run('matching', stopped !== null)}>
              {t(stopped ? 'safety.goOnMatching' : 'safety.matching')}
            </Button>
            <Button busy={decide.busy} onClick={() => decide.run('leave', stopped !== null)}>
              {t(stopped ? 'safety.goOnLeave' : 'safety.leave')}
            </Button>
            <Menu items={more}>
              <IconButton icon="more" label={t('moreActions')} />
            </Menu>
          </>
        )}
        {stopped && found.held === 0 && (
          <Button tone="primary" busy={decide.busy} onClick={() => decide.run(null, true)}>
            {t('safety.goOn')}
          </Button>
        )}
      </div>
    </section>
  )
}

function Stopped({ stopped }: { stopped: NonNullable<Safety['stopped']> }) {
  const { t, tag } = useTexts('rules')
  const zone = useSession()?.workspace.timezone ?? 'UTC'
  return (
    <p>
      <Icon name="warning" />
      <span>
        <b>{t('safety.stopped', { at: formatInstant(stopped.at, zone) })}</b>{' '}
        {t('safety.why', {
          most: formatDecimal(String(stopped.most), tag),
          per: t(`safety.periods.${stopped.per}`),
        })}
      </span>
    </p>
  )
}

function Held({ rule, held }: { rule: Rule; held: number }) {
  const { t, tag } = useTexts('rules')
  return (
    <p>
      <Icon name="clock" />
      <span>
        {t('safety.held', { count: held, shown: formatDecimal(String(held), tag) })}{' '}
        <Link to="/firings" search={{ rule: rule.id, edge: 'skipped' } as never}>
          {t('safety.see')}
        </Link>
      </span>
    </p>
  )
}

/** Lets a rule go on and decides on what was held back; one click, and it says how far it is. */
function useDeciding(rule: Rule, onSwitched: (now: Answer<Rule>) => void) {
  const { t } = useTexts('rules')
  const client = useQueryClient()
  const [left, setLeft] = useState<number | null>(null)
  const deciding = useMutation({
    mutationFn: async ({ how, stopped }: { how: Release | null; stopped: boolean }) => {
      if (stopped) await goOn(rule.id)
      return how ? release(rule.id, how, setLeft) : null
    },
    onSuccess: (done) => {
      toast({
        text: done ? t('safety.done', { count: done.performed, dropped: done.dropped }) : t('safety.goesOn'),
      })
    },
    onSettled: async () => {
      setLeft(null)
      await Promise.all([
        client.invalidateQueries({ queryKey: [LIVE] }),
        client.invalidateQueries({ queryKey: drawnKey('rules') }),
      ])
      onSwitched(await client.fetchQuery({ ...drawnQuery<RuleContent>('rules', rule.id), staleTime: 0 }))
    },
  })
  return {
    left,
    busy: deciding.isPending,
    error: deciding.error,
    run: (how: Release | null, stopped: boolean) => deciding.mutate({ how, stopped }),
  }
}
