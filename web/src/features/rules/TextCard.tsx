import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useMemo } from 'react'
import { type TextKind, withNames, wordsQuery } from '@/api/language'
import { labelOf } from '@/api/model'
import type { Diagnostic, Entity, LanguageCode } from '@/api/types'
import { useTexts } from '@/locales/i18n'
import { Button } from '@/ui/Button'
import { Loading } from '@/ui/Empty'
import { Segmented } from '@/ui/Inputs'
import { Icon } from '@/ui/icons'
import { ProblemNote } from '@/ui/ProblemNote'
import { toast } from '@/ui/toasts'
import { CircleCard } from './safety/CircleCard'
import type { RuleText } from './useRuleText'

/** The editor is the heaviest part of the page: sentence and condition are there before it. */
const TextEditor = lazy(() => import('@/language/TextEditor').then((found) => ({ default: found.TextEditor })))

const NONE: Diagnostic[] = []
const RULE: TextKind = { part: 'rule' }

/** The text of the rule with its errors and their repairs. */
export function TextCard({
  rule,
  entity,
  entities,
  readOnly,
}: {
  rule: RuleText
  entity?: Entity
  entities: Entity[]
  readOnly: boolean
}) {
  const { t, language } = useTexts('rules')
  const words = useQuery(wordsQuery(rule.value.language, entity?.key)).data
  const diagnostics = rule.parsed?.diagnostics ?? NONE
  const turn = (next: LanguageCode) => {
    if (!rule.show(next)) toast({ text: t('cannotTranslate'), tone: 'bad' })
  }
  const known = useMemo(() => withNames(words, entities), [words, entities])
  const entityNames = entities.flatMap((one) => [one.name, labelOf(one, language), ...Object.values(one.labels)])
  const errors = diagnostics.filter((one) => one.severity === 'error').length
  return (
    <section className="card rule-text-card" aria-label={t('text')}>
      <header className="card-head">
        <h2>{t('text')}</h2>
        <span className="grow" />
        <TextState rule={rule} errors={errors} />
        <Segmented
          label={t('textLanguage')}
          value={rule.value.language}
          onChange={turn}
          options={[
            { value: 'zh', label: '中文' },
            { value: 'en', label: 'EN' },
          ]}
        />
      </header>
      <Suspense fallback={<Loading lines={4} />}>
        <TextEditor
          value={rule.value}
          onType={rule.type}
          diagnostics={diagnostics}
          words={known}
          entityNames={entityNames}
          of={RULE}
          label={t('text')}
          readOnly={readOnly}
        />
      </Suspense>
      {rule.failure !== null && <ProblemNote error={rule.failure} />}
      <Diagnostics items={diagnostics} text={rule.value.text} onFix={rule.type} />
      <CircleCard circles={rule.parsed?.circles ?? []} />
    </section>
  )
}

function TextState({ rule, errors }: { rule: RuleText; errors: number }) {
  const { t } = useTexts('rules')
  if (errors > 0) {
    return (
      <span className="rule-sync bad" role="status">
        <Icon name="warning" />
        {t('errors', { count: errors })}
      </span>
    )
  }
  return (
    <span className={rule.fresh ? 'rule-sync' : 'rule-sync waiting'} role="status">
      <Icon name={rule.fresh ? 'check' : 'more'} />
      {rule.fresh ? t('inSync') : t('reading')}
    </span>
  )
}

/** Each error in words with its line and its repair as a button. */
function Diagnostics({ items, text, onFix }: { items: Diagnostic[]; text: string; onFix: (text: string) => void }) {
  const { t } = useTexts('rules')
  if (!items.length) return null
  return (
    <ul className="rule-diagnostics" aria-label={t('findings')}>
      {items.slice(0, 6).map((one) => (
        <li key={`${one.from}-${one.to}-${one.code}-${one.message}`} className={one.severity}>
          <Icon name={one.severity === 'error' ? 'warning' : 'info'} />
          <span className="grow">
            <span className="mut num">{t('line', { line: text.slice(0, one.from).split('\n').length })}</span>{' '}
            {one.message}
          </span>
          {one.fix && (
            <Button
              small
              tone="primary"
              onClick={() => onFix(text.slice(0, one.from) + (one.fix?.replacement ?? '') + text.slice(one.to))}
            >
              {one.fix.title}
            </Button>
          )}
        </li>
      ))}
      {items.length > 6 && <li className="mut">{t('moreFindings', { count: items.length - 6 })}</li>}
    </ul>
  )
}
