/** Pausing and resuming a rule at once, with their undo in the note; deleting it after a look at what goes with it. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import type { Answer } from '@/api/client'
import { drawnKey, drawnQuery, removeDrawn } from '@/api/drawn'
import { ApiProblem } from '@/api/problem'
import { useTexts } from '@/locales/i18n'
import type { MenuItem } from '@/ui/Menu'
import { toast } from '@/ui/toasts'
import { pauseRule, type Rule, type RuleContent, resumeRule } from './api'
import { DeletePanel } from './DeletePanel'
import { goOn } from './safety/api'

const wordsOf = (error: unknown, otherwise: string) => (error instanceof ApiProblem ? error.message : otherwise)

/** `onSwitched` takes the rule as it stands afterwards. */
export function useSwitching(rule: Rule | null, onSwitched?: (now: Answer<Rule>) => void) {
  const { t } = useTexts('rules')
  const client = useQueryClient()
  const navigate = useNavigate()
  const [asking, setAsking] = useState(false)
  const read = () => client.invalidateQueries({ queryKey: drawnKey('rules') })
  const change = useMutation({
    mutationFn: async (pause: boolean) => {
      if (rule) await (pause ? pauseRule : rule.status === 'stopped' ? goOn : resumeRule)(rule.id)
    },
    onSuccess: async (_, pause) => {
      const text = t(pause ? 'pausedNote' : 'resumedNote', { name: rule?.name })
      toast({ text, action: { label: t('app:undo'), run: () => change.mutate(!pause) } })
      await read()
      if (rule && onSwitched)
        onSwitched(await client.fetchQuery({ ...drawnQuery<RuleContent>('rules', rule.id), staleTime: 0 }))
    },
    onError: (error) => toast({ text: wordsOf(error, t('app:failed')), tone: 'bad' }),
  })
  const remove = useMutation({
    mutationFn: async () => {
      if (!rule) return
      const found = await client.fetchQuery({ ...drawnQuery('rules', rule.id), staleTime: 0 })
      await removeDrawn('rules', rule.id, found.etag)
    },
    onSuccess: async () => {
      setAsking(false)
      toast({ text: t('deletedNote', { name: rule?.name }) })
      await navigate({ to: '/rules' })
      await read()
    },
  })
  const pausable = rule?.status === 'published'
  const items: MenuItem[] = rule
    ? [
        ...(pausable
          ? [{ key: 'pause', icon: 'clock' as const, label: t('pause'), onPick: () => change.mutate(true) }]
          : []),
        ...(rule.status === 'paused' || rule.status === 'stopped'
          ? [{ key: 'resume', icon: 'play' as const, label: t('resume'), onPick: () => change.mutate(false) }]
          : []),
        {
          key: 'delete',
          icon: 'trash' as const,
          label: t('app:delete'),
          danger: true,
          divided: true,
          onPick: () => setAsking(true),
        },
      ]
    : []
  const panel: ReactNode = asking && rule && (
    <DeletePanel
      rule={rule}
      busy={remove.isPending}
      error={remove.error}
      onSure={() => remove.mutate()}
      onClose={() => setAsking(false)}
    />
  )
  return { change, items, panel }
}
