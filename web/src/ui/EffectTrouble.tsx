import { useMutation, useQueryClient } from '@tanstack/react-query'
import { post } from '@/api/client'
import { LIVE } from '@/api/records'
import { useMay, useSession } from '@/api/session'
import type { Effect } from '@/api/types'
import { useTexts } from '@/locales/i18n'
import { formatInstant } from '@/values/time'
import { Button } from './Button'
import { ProblemNote } from './ProblemNote'
import { toast } from './toasts'
import { wordsOf } from './words'

/** Of an action that is not done: why, how often it was tried, when again; what failed can be done once more. */
export function EffectTrouble({ effect }: { effect: Effect }) {
  const { t, language } = useTexts('queues')
  const zone = useSession()?.workspace.timezone ?? 'UTC'
  const may = useMay('manager')
  const client = useQueryClient()
  const again = useMutation({
    mutationFn: () => post(`/effects/${effect.id}/replay`),
    onSuccess: () => toast({ text: t('replayed'), tone: 'good' }),
    onSettled: () => Promise.all([LIVE, 'queues'].map((key) => client.invalidateQueries({ queryKey: [key] }))),
  })
  if (effect.status === 'done' || effect.status === 'skipped') return null
  const facts = [
    effect.attempts > 0 ? t('attempts', { count: effect.attempts }) : '',
    effect.status !== 'failed' && effect.not_before
      ? t('notBefore', { at: formatInstant(effect.not_before, zone) })
      : '',
  ].filter(Boolean)
  return (
    <div className="effect-trouble">
      {effect.why.map((why) => (
        <p key={wordsOf(why, language)} className="effect-why">
          {wordsOf(why, language)}
        </p>
      ))}
      {facts.length > 0 && <p className="mut num">{facts.join(' · ')}</p>}
      {again.error && <ProblemNote error={again.error} />}
      {may && effect.status === 'failed' && (
        <Button small icon="redo" busy={again.isPending} onClick={() => again.mutate()}>
          {t('replay')}
        </Button>
      )}
    </div>
  )
}
