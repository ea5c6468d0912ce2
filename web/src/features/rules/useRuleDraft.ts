/** Keeps a rule's draft on the server while it is written; what the server does not take is kept in this browser. */
import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useRef, useState } from 'react'
import type { Answer } from '@/api/client'
import { createDrawn, drawnKey, removeDrawn, saveDraft } from '@/api/drawn'
import { useSettled } from '@/api/language'
import { ApiProblem } from '@/api/problem'
import type { LanguageText } from '@/api/types'
import { type FirstRun, publishRule, type Rule, type RuleContent } from './api'

export type DraftState = 'saved' | 'saving' | 'local'

const placeOf = (id: string) => `ruleloom.rule.${id}`

/** What was typed and not taken by the server, from an earlier visit. */
export function rememberedText(id: string): LanguageText | null {
  try {
    return JSON.parse(localStorage.getItem(placeOf(id)) ?? 'null')
  } catch {
    return null
  }
}

/** The name in the first line of a rule; empty when there is none yet. */
export function nameOf(text: string): string {
  return (/(?:rule|规则)\s*["“「]([^"”」\n]+)["”」]/i.exec(text)?.[1] ?? '').trim()
}

/** Whether a text says nothing of its author's yet: blank, or the bare words of a rule. */
export function isBare(text: string): boolean {
  return !text.replace(/["“”「」\s]|\b(?:rule|on|when|then)\b|规则|针对|当|则/gi, '')
}

export interface RuleDraft {
  rule: Rule | null
  state: DraftState
  problem: ApiProblem | null
  /** Sends what is not sent yet; null when the server refused it. */
  flush: () => Promise<Rule | null>
  publish: (first: FirstRun) => Promise<Rule>
  /** Takes what the server now says of the rule (restored, paused). */
  adopt: (answer: Answer<Rule>) => void
}

export function useRuleDraft(
  stored: Answer<Rule> | null,
  value: LanguageText,
  unnamed: string,
  onCreate: (rule: Rule) => void,
  /** Whether a text is still the one that a new rule began with, in whatever language. */
  untouched: (text: LanguageText) => boolean,
): RuleDraft {
  const client = useQueryClient()
  const [rule, setRule] = useState<Rule | null>(stored?.data ?? null)
  const [state, setState] = useState<DraftState>(rememberedText(stored?.data.id ?? 'new') ? 'local' : 'saved')
  const [problem, setProblem] = useState<ApiProblem | null>(null)
  const at = useRef({ id: stored?.data.id ?? null, etag: stored?.etag ?? null })
  const sent = useRef(keyOf(value))
  const queue = useRef<Promise<Rule | null>>(Promise.resolve(stored?.data ?? null))
  const latest = useRef(value)
  latest.current = value

  const adopt = useCallback(
    (answer: Answer<Rule>) => {
      at.current = { id: answer.data.id, etag: answer.etag }
      setRule(answer.data)
      void client.invalidateQueries({ queryKey: drawnKey('rules') })
    },
    [client],
  )

  const send = useCallback(
    async (text: LanguageText): Promise<Rule | null> => {
      const { id, etag } = at.current
      const input = { name: nameOf(text.text) || unnamed, content: text as RuleContent }
      try {
        const answer = id
          ? await saveDraft<RuleContent>('rules', id, input, etag)
          : await createDrawn<RuleContent>('rules', input)
        localStorage.removeItem(placeOf(id ?? 'new'))
        setProblem(null)
        setState('saved')
        adopt(answer)
        if (!id) onCreate(answer.data)
        return answer.data
      } catch (error) {
        localStorage.setItem(placeOf(id ?? 'new'), JSON.stringify(text))
        setState('local')
        setProblem(error instanceof ApiProblem ? error : null)
        return null
      }
    },
    [adopt, onCreate, unnamed],
  )

  const flush = useCallback(() => {
    const text = latest.current
    if (keyOf(text) !== sent.current || !at.current.id) {
      sent.current = keyOf(text)
      setState('saving')
      queue.current = queue.current.then(() => send(text))
    }
    return queue.current
  }, [send])

  const asBegun = useRef(untouched)
  asBegun.current = untouched
  const settled = useSettled(value, 800)
  useEffect(() => {
    // A look at "New rule" leaves nothing behind: the draft begins with the first thing that is its author's.
    if (!at.current.id && (isBare(settled.text) || asBegun.current(settled))) return
    // What is published already, in whatever language it is shown, is no draft.
    if (rule && saysPublished(rule, settled)) return
    if (keyOf(settled) !== sent.current && settled.text.trim()) void flush()
  }, [settled, flush, rule])

  const madeHere = useRef(stored === null)
  const published = useRef(false)
  published.current ||= (rule?.published_version ?? null) !== null
  useEffect(
    () => () => {
      const text = latest.current
      if (!madeHere.current || published.current || !(isBare(text.text) || asBegun.current(text))) return
      // Begun and taken back again: the draft goes with the page.
      void queue.current.then(async () => {
        const { id, etag } = at.current
        if (!id) return
        await removeDrawn('rules', id, etag).catch(() => undefined)
        void client.invalidateQueries({ queryKey: drawnKey('rules') })
      })
    },
    [client],
  )

  const publish = useCallback(
    async (first: FirstRun) => {
      const saved = await flush()
      if (!saved) throw new ApiProblem(422, 'draft-not-saved', unnamed)
      const answer = await publishRule(saved.id, at.current.etag, first)
      adopt(answer)
      return answer.data
    },
    [flush, adopt, unnamed],
  )
  return { rule, state, problem, flush, publish, adopt }
}

/** Whether a text is the published one, and no draft stands beside it. */
function saysPublished(rule: Rule, text: LanguageText): boolean {
  const { content, draft } = rule
  return !draft && !!content && [content.text, ...Object.values(content.formatted ?? {})].includes(text.text)
}

const keyOf = (text: LanguageText) => `${text.language}:${text.text}`
