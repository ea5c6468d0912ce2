import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useSession } from '@/api/session'
import { useTexts } from '@/locales/i18n'
import { Button, LinkButton } from '@/ui/Button'
import { Loading } from '@/ui/Empty'
import { Segmented } from '@/ui/Inputs'
import { ProblemNote } from '@/ui/ProblemNote'
import { SureButton } from '@/ui/SureButton'
import { toast } from '@/ui/toasts'
import { wordsOf } from '@/ui/words'
import { formatInstant } from '@/values/time'
import { effectPages, queuesQuery, replay, replayAll, STATES, type State, type WaitingEffect } from './api'
import { byRule, type RuleGroup } from './model'

/** What is not done, by its state; what failed is done once more, one by one or all of a rule. */
export function Effects() {
  const { t } = useTexts('queues')
  const [state, setState] = useState<State>('failed')
  const pages = useInfiniteQuery(effectPages(state))
  const items = pages.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <section className="card" aria-labelledby="queue-effects">
      <header className="card-head queue-head">
        <h2 id="queue-effects">{t('effects')}</h2>
        <Segmented
          label={t('state')}
          value={state}
          options={STATES.map((each) => ({ value: each, label: t(`states.${each}`) }))}
          onChange={(next) => setState(next as State)}
        />
      </header>
      {pages.error && <ProblemNote error={pages.error} onRetry={() => void pages.refetch()} />}
      {!pages.data && !pages.error && <Loading lines={3} />}
      {pages.data && items.length === 0 && <p className="card-body mut">{t(`none.${state}`)}</p>}
      {byRule(items).map((group) => (
        <Group key={group.id} group={group} state={state} more={pages.hasNextPage} />
      ))}
      <footer className="card-body line queue-foot">
        {pages.hasNextPage && (
          <Button small busy={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
            {t('more')}
          </Button>
        )}
        <LinkButton small to="/firings" search={{ edge: 'skipped' }}>
          {t('skippedFirings')}
        </LinkButton>
      </footer>
    </section>
  )
}

function useReplay(work: () => Promise<unknown>, said: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: work,
    onSuccess: () => toast({ text: said, tone: 'good' }),
    onSettled: () => void client.invalidateQueries({ queryKey: queuesQuery.queryKey }),
  })
}

function Group({ group, state, more }: { group: RuleGroup; state: State; more: boolean }) {
  const { t } = useTexts('queues')
  const all = useReplay(() => replayAll(group.id), t('replayedAll'))
  return (
    <div className="queue-group">
      <div className="line queue-rule">
        <h3 className="grow">
          <Link to={`/rules/${group.id}`}>{group.name}</Link>
        </h3>
        {state === 'failed' && (
          <SureButton
            icon="redo"
            label={t('replayAll')}
            question={t('replayAllSure', { count: group.items.length, most: more ? '+' : '' })}
            sure={t('replayAllDo')}
            busy={all.isPending}
            onSure={() => all.mutate()}
          />
        )}
      </div>
      {all.error && <ProblemNote error={all.error} />}
      <ul>
        {group.items.map((effect) => (
          <EffectLine key={effect.id} effect={effect} />
        ))}
      </ul>
    </div>
  )
}

function EffectLine({ effect }: { effect: WaitingEffect }) {
  const { t, language } = useTexts('queues')
  const zone = useSession()?.workspace.timezone ?? 'UTC'
  const once = useReplay(() => replay(effect.id), t('replayed'))
  return (
    <li className="queue-line">
      <div className="grow">
        <p>
          <Link to={`/records/${effect.record.entity}/${effect.record.id}`} className="queue-title">
            {effect.record.title ?? `#${effect.record.id}`}
          </Link>{' '}
          {wordsOf(effect.summary, language)}
        </p>
        {effect.why.map((why) => (
          <p key={wordsOf(why, language)} className="queue-why">
            {wordsOf(why, language)}
          </p>
        ))}
        <p className="mut num">
          {formatInstant(effect.at, zone)}
          {effect.attempts > 0 && ` · ${t('attempts', { count: effect.attempts })}`}
          {effect.state !== 'failed' &&
            effect.not_before &&
            ` · ${t('notBefore', { at: formatInstant(effect.not_before, zone) })}`}
        </p>
        {once.error && <ProblemNote error={once.error} />}
      </div>
      {effect.state === 'failed' && (
        <Button small icon="redo" busy={once.isPending} onClick={() => once.mutate()}>
          {t('replay')}
        </Button>
      )}
    </li>
  )
}
