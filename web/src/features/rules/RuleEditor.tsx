import { useNavigate } from '@tanstack/react-router'
import { useCallback, useMemo, useRef, useState } from 'react'
import type { Answer } from '@/api/client'
import { useMay } from '@/api/session'
import type { Entity, LanguageText } from '@/api/types'
import { useTexts } from '@/locales/i18n'
import { Button, IconButton } from '@/ui/Button'
import { Menu } from '@/ui/Menu'
import { ProblemNote } from '@/ui/ProblemNote'
import { Pill, Top } from '@/ui/Top'
import { UndoButtons } from '@/ui/UndoButtons'
import type { Rule } from './api'
import { ConditionCard } from './ConditionCard'
import { FindingCard } from './finding/FindingCard'
import { MatchCards } from './MatchCards'
import { PublishPanel } from './PublishPanel'
import { StatusPill } from './StatusPill'
import { SafetyCard } from './safety/SafetyCard'
import { TextCard } from './TextCard'
import { type RuleDraft, rememberedText, useRuleDraft } from './useRuleDraft'
import { type RuleText, useRuleText } from './useRuleText'
import { useSwitching } from './useSwitching'
import { VersionsPanel } from './versions/VersionsPanel'
import { WhyPanel } from './why/WhyPanel'
import './rules.css'

type Panel = 'publish' | 'versions' | 'why'

interface RuleEditorProps {
  stored: Answer<Rule> | null
  start: LanguageText
  entities: Entity[]
  onCreate: (rule: Rule) => void
}

/** The entity that the tree of a rule speaks of; trees hold permanent ids. */
function entityOf(tree: unknown, entities: Entity[]): Entity | undefined {
  const id = (tree as { entity?: unknown } | null | undefined)?.entity
  return entities.find((one) => one.id === String(id) || one.key === id)
}

const CHANGES = new Set(['RecordIs', 'Changes', 'Trend', 'ChangesBy', 'Previous'])

/** Whether the condition speaks of a change: then nothing matches "now". */
export function watchesChanges(tree: unknown): boolean {
  const anywhere = (part: unknown): boolean => {
    if (Array.isArray(part)) return part.some(anywhere)
    if (!part || typeof part !== 'object') return false
    const { node } = part as { node?: unknown }
    return (typeof node === 'string' && CHANGES.has(node)) || Object.values(part).some(anywhere)
  }
  return anywhere((tree as { condition?: unknown } | null | undefined)?.condition)
}

/** One rule: its condition as blocks and as text, its sentence, and what it would do now. */
export function RuleEditor({ stored, start, entities, onCreate }: RuleEditorProps) {
  const { t, language } = useTexts('rules')
  const mayWrite = useMay('manager')
  const rule = useRuleText(start, language)
  const untouched = useUntouched(rule, start)
  const draft = useRuleDraft(stored, rule.value, t('unnamed'), onCreate, untouched)
  const [panel, setPanel] = useState<Panel | null>(null)
  const entity = entityOf(rule.valid?.parsed.tree, entities)
  // In the words of the text itself: switching its language asks the same question again, and the answer is the same.
  const own = rule.valid?.text.language ?? language
  const formatted = rule.valid?.parsed.formatted?.[own]
  const canonical = useMemo<LanguageText | null>(
    () => (formatted ? { text: formatted, language: own } : null),
    [formatted, own],
  )
  const broken = rule.parsed?.diagnostics.some((one) => one.severity === 'error') ?? false
  return (
    <>
      <RuleTop
        rule={rule}
        draft={draft}
        mayWrite={mayWrite}
        mayPublish={mayWrite && rule.fresh && !broken}
        onPanel={setPanel}
      />
      <div className="page">
        {draft.problem && <ProblemNote error={draft.problem} onRetry={() => void draft.flush()} />}
        {mayWrite && draft.rule && <SafetyCard rule={draft.rule} onSwitched={draft.adopt} />}
        <div className="rule-room">
          <ConditionCard rule={rule} entity={entity} entities={entities} />
          <div className="rule-right">
            <TextCard rule={rule} entity={entity} entities={entities} readOnly={!mayWrite} />
            <SentenceCard rule={rule} />
          </div>
        </div>
        {canonical && entity && (
          <MatchCards
            watches={watchesChanges(rule.valid?.parsed.tree)}
            canonical={canonical}
            entity={entity}
            stale={!rule.fresh}
          />
        )}
        {canonical && <FindingCard canonical={canonical} />}
      </div>
      {panel === 'publish' && canonical && (
        <PublishPanel rule={rule} draft={draft} canonical={canonical} onClose={() => setPanel(null)} />
      )}
      {panel === 'versions' && draft.rule && (
        <VersionsPanel
          rule={draft.rule}
          present={rule.valid && rule.fresh ? { ...rule.valid.text, ...rule.valid.parsed } : null}
          onClose={() => setPanel(null)}
          onEdit={rule.replace}
          onRestored={(answer) => {
            draft.adopt(answer)
            if (answer.data.content)
              rule.replace({ text: answer.data.content.text, language: answer.data.content.language })
          }}
        />
      )}
      {panel === 'why' && draft.rule && entity && (
        <WhyPanel rule={draft.rule} entity={entity} first={null} onClose={() => setPanel(null)} />
      )}
    </>
  )
}

/** Whether a text is still the one that the page began with; what the server says of it is the same in both languages. */
function useUntouched(rule: RuleText, start: LanguageText): (text: LanguageText) => boolean {
  // What an earlier visit typed and the server did not take is nobody's beginning.
  const begun = useRef(new Set(rememberedText('new')?.text === start.text ? [] : [start.text]))
  const { valid } = rule
  if (valid && begun.current.has(valid.text.text)) {
    for (const text of Object.values(valid.parsed.formatted ?? {})) begun.current.add(text)
  }
  return useCallback((text) => begun.current.has(text.text), [])
}

function RuleTop({
  rule,
  draft,
  mayWrite,
  mayPublish,
  onPanel,
}: {
  rule: RuleText
  draft: RuleDraft
  mayWrite: boolean
  mayPublish: boolean
  onPanel: (panel: Panel) => void
}) {
  const { t } = useTexts('rules')
  const switching = useSwitching(draft.rule, draft.adopt)
  const title = /["“「]([^"”」\n]+)["”」]/.exec(rule.value.text)?.[1] ?? draft.rule?.name ?? t('unnamed')
  const states = { saved: t('app:draftSaved'), saving: t('app:draftSaving'), local: t('app:draftLocal') }
  const navigate = useNavigate()
  const tryIt = async () => {
    const saved = await draft.flush()
    if (saved) void navigate({ to: `/rules/${saved.id}/backtest` })
  }
  const items = [
    { key: 'backtest', icon: 'play' as const, label: t('tryPast'), onPick: () => void tryIt() },
    ...(draft.rule?.published_version
      ? [
          { key: 'why', icon: 'info' as const, label: t('whyTitle'), onPick: () => onPanel('why') },
          { key: 'versions', icon: 'clock' as const, label: t('versions'), onPick: () => onPanel('versions') },
        ]
      : []),
    ...switching.items,
  ]
  return (
    <Top
      title={title}
      crumbs={[{ label: t('rail'), to: '/rules' }]}
      state={draft.rule ? <StatusPill rule={draft.rule} /> : <Pill tone="amber">{t('app:draft')}</Pill>}
    >
      <span className="saved" role="status">
        {states[draft.state]}
      </span>
      {mayWrite && <UndoButtons history={rule.history} />}
      {mayWrite && items.length > 0 && (
        <Menu items={items}>
          <IconButton icon="more" label={t('moreActions')} />
        </Menu>
      )}
      {mayWrite && (
        <Button tone="primary" disabled={!mayPublish} onClick={() => onPanel('publish')}>
          {t('app:publish')}
        </Button>
      )}
      {switching.panel}
    </Top>
  )
}

/** The rule in plain words, always in view. */
function SentenceCard({ rule }: { rule: RuleText }) {
  const { t, language } = useTexts('rules')
  const sentence = rule.valid?.parsed.sentence?.[language]
  return (
    <section className="card rule-sentence" aria-label={t('sentence')}>
      <header className="card-head">
        <h2>{t('sentence')}</h2>
        {sentence && !rule.fresh && <span className="rule-stale">{t('lastValid')}</span>}
      </header>
      <p className="card-body" aria-live="polite">
        {sentence ?? <span className="mut">{t('noSentence')}</span>}
      </p>
    </section>
  )
}
