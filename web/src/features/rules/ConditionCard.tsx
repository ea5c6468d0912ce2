import { useEffect, useMemo, useRef, useState } from 'react'
import type { Diagnostic, Entity } from '@/api/types'
import { useTexts } from '@/locales/i18n'
import { Empty } from '@/ui/Empty'
import { Icon } from '@/ui/icons'
import { Blocks } from './blocks/Blocks'
import { asBlocks, type Group, writeCondition } from './blocks/model'
import { conditionRange } from './blocks/split'
import { actionLines, clauseLines } from './lines'
import type { RuleText } from './useRuleText'

/** The condition as blocks beside the text: a lens on the last valid tree, in its canonical English words. */
export function ConditionCard({ rule, entity, entities }: { rule: RuleText; entity?: Entity; entities: Entity[] }) {
  const { t } = useTexts('rules')
  const lens = useLens(rule, entity, entities)
  return (
    <section className="card rule-condition" aria-label={t('condition')}>
      <header className="card-head">
        <h2>{t('condition')}</h2>
        {!rule.fresh && rule.valid && <span className="rule-stale">{t('lastValid')}</span>}
      </header>
      <div className="card-body">
        {!rule.valid || !entity ? (
          <Empty icon="bolt" title={t('noTree.title')}>
            {t('noTree.text')}
          </Empty>
        ) : (
          <>
            <h3 className="rule-word">{t('when')}</h3>
            {lens.group ? (
              <Blocks root={lens.group} entity={entity} entities={entities} onChange={lens.change} />
            ) : (
              <p className="rule-note">
                <Icon name="info" />
                {lens.absent ? t('noCondition') : t('tooRich')}
              </p>
            )}
            {lens.problems.map((problem) => (
              <p key={problem.code + problem.message} className="rule-note bad" role="alert">
                <Icon name="warning" />
                {problem.message}
              </p>
            ))}
            <Actions rule={rule} />
          </>
        )}
      </div>
    </section>
  )
}

interface Lens {
  group: Group | null
  /** The rule has no condition at all. */
  absent: boolean
  problems: Diagnostic[]
  change: (group: Group) => void
}

/** Blocks of the last valid rule; a change is written as text and read back by the server. */
function useLens(rule: RuleText, entity: Entity | undefined, entities: Entity[]): Lens {
  const formatted = rule.valid?.parsed.formatted
  const [own, setOwn] = useState<{ group: Group; base: string } | null>(null)
  const [problems, setProblems] = useState<Diagnostic[]>([])
  const timer = useRef(0)
  useEffect(() => () => clearTimeout(timer.current), [])
  const english = formatted?.en ?? ''
  const range = useMemo(() => conditionRange(english, 'en'), [english])
  const read = useMemo(() => {
    const chinese = formatted?.zh ?? ''
    const twin = conditionRange(chinese, 'zh')
    if (!entity || !range) return null
    return asBlocks(english.slice(range.from, range.to), twin && chinese.slice(twin.from, twin.to), entities, entity)
  }, [english, formatted?.zh, range, entity, entities])

  const change = (group: Group) => {
    setOwn({ group, base: english })
    setProblems([])
    const text = entity ? writeCondition(group, entities, entity) : ''
    if (!text || !range) return
    const next = english.slice(0, range.from) + text + english.slice(range.to)
    clearTimeout(timer.current)
    timer.current = window.setTimeout(async () => {
      const parsed = await rule.rewrite(next)
      if (!parsed) return
      const wrong = parsed.diagnostics.filter((one) => one.severity === 'error')
      setProblems(wrong)
      // Rows that are not complete yet stay on the screen though the text does not hold them.
      if (parsed.formatted && !wrong.length) setOwn({ group, base: parsed.formatted.en })
    }, 180)
  }
  const kept = own && own.base === english ? own.group : null
  return { group: kept ?? read, absent: !range, problems, change }
}

/** What the rule does, line by line, in the words of the text. */
function Actions({ rule }: { rule: RuleText }) {
  const { t } = useTexts('rules')
  const formatted = rule.valid?.parsed.formatted
  const lines = formatted ? actionLines(formatted[rule.value.language], rule.value.language) : []
  const clauses = formatted ? clauseLines(formatted[rule.value.language], rule.value.language) : []
  if (!lines.length) return null
  return (
    <>
      <h3 className="rule-word">{t('then')}</h3>
      <ol className="rule-actions">
        {lines.map((line, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines of a text
          <li key={at}>{line}</li>
        ))}
      </ol>
      {clauses.length > 0 && (
        <ul className="rule-clauses">
          {clauses.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      )}
    </>
  )
}
