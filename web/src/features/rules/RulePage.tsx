import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useCallback } from 'react'
import { drawnQuery } from '@/api/drawn'
import { entitiesQuery } from '@/api/model'
import type { Entity, LanguageCode, LanguageText } from '@/api/types'
import { useTexts } from '@/locales/i18n'
import { Loading } from '@/ui/Empty'
import { ProblemNote } from '@/ui/ProblemNote'
import { Top } from '@/ui/Top'
import type { Rule, RuleContent } from './api'
import { examples } from './examples'
import { RuleEditor } from './RuleEditor'
import { rememberedText } from './useRuleDraft'

/** Rules created here keep their editor when the address changes from `new` to their id. */
const editors = new Map<string, string>()
let count = 0

function startOf(
  rule: Rule | null,
  entities: Entity[],
  language: LanguageCode,
  example: string | undefined,
): LanguageText {
  const kept = rememberedText(rule?.id ?? 'new')
  const content = rule?.draft ?? rule?.content
  if (content && !kept) {
    const shown = content.formatted?.[language]
    return shown ? { text: shown, language } : { text: content.text, language: content.language }
  }
  if (kept && !example) return kept
  const all = examples(entities, language)
  const found = all.find((one) => one.key === example) ?? all[0]
  const bare = language === 'zh' ? '规则 "" 针对 \n当 \n则 ' : 'rule "" on \nwhen \nthen '
  return { text: found?.text ?? bare, language }
}

/** Reads what is needed before a rule can be edited: the model, and the rule when it exists. */
export default function RulePage() {
  const { t, language } = useTexts('rules')
  const { rule: id = 'new' } = useParams({ strict: false }) as { rule?: string }
  const { example } = useSearch({ strict: false }) as { example?: string }
  const navigate = useNavigate()
  const key = editors.get(id) ?? (id === 'new' ? `new-${count}` : id)
  const fresh = key.startsWith('new-')
  const model = useQuery(entitiesQuery)
  const stored = useQuery({ ...drawnQuery<RuleContent>('rules', id), enabled: !fresh, refetchOnMount: 'always' })
  const onCreate = useCallback(
    (rule: Rule) => {
      editors.set(rule.id, `new-${count}`)
      count += 1
      void navigate({ to: `/rules/${rule.id}`, replace: true })
    },
    [navigate],
  )
  const error = model.error ?? stored.error
  const waiting = !model.data || (!fresh && (!stored.data || (stored.isFetching && !stored.isFetchedAfterMount)))
  if (error || waiting) {
    return (
      <>
        <Top title={t('rail')} crumbs={[{ label: t('rail'), to: '/rules' }]} />
        <div className="page">{error ? <ProblemNote error={error} /> : <Loading />}</div>
      </>
    )
  }
  const held = fresh ? null : (stored.data ?? null)
  return (
    <RuleEditor
      key={key}
      stored={held}
      start={startOf(held?.data ?? null, model.data, language, example)}
      entities={model.data}
      onCreate={onCreate}
    />
  )
}
