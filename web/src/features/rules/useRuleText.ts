/**
 * The text of a rule while it is edited: what the server says of it, its other language, and the way back.
 *
 * An older question is aborted by the next edit; with an error the last valid answer stays.
 */
import { useCallback, useEffect, useRef, useState } from 'react'
import { ApiProblem } from '@/api/problem'
import type { LanguageCode, LanguageText, Parsed } from '@/api/types'
import { type Undoable, useUndoable } from '@/ui/history'
import { parseRule } from './api'

const DELAY = 180
/** After so long a rest an edit stands alone (a block, a paste, the first key): it is asked about at once. */
const REST = 500
/** Typing that pauses this long becomes one step of undo. */
const STEP = 600

export interface RuleText {
  value: LanguageText
  /** The last answer for the present text; undefined while it is being asked for. */
  parsed: Parsed | undefined
  /** The last answer without an error, and the text it was given for. */
  valid: { parsed: Parsed; text: LanguageText } | null
  /** Whether `valid` is an answer for the present text. */
  fresh: boolean
  failure: unknown
  type: (text: string) => void
  /** Puts a whole text in place (an example, a version), in any language. */
  replace: (text: LanguageText) => void
  /** Puts an English text in place and shows it in the present language; answers what the server said of it. */
  rewrite: (english: string) => Promise<Parsed | null>
  /** Shows the same rule in the other language; false when an error keeps it from being translated. */
  show: (language: LanguageCode) => boolean
  history: Undoable<LanguageText>
}

const hasErrors = (parsed: Parsed) => parsed.tree === null || parsed.diagnostics.some((one) => one.severity === 'error')

export function useRuleText(initial: LanguageText, shown: LanguageCode): RuleText {
  const past = useUndoable<LanguageText>(initial)
  const { set: remember, undo: back } = past
  const [typed, setTyped] = useState<LanguageText | null>(null)
  const value = typed ?? past.now
  const set = useCallback(
    (text: LanguageText) => {
      if (typed) remember(typed)
      remember(text)
      setTyped(null)
    },
    [remember, typed],
  )
  const undo = useCallback(() => (typed ? setTyped(null) : back()), [typed, back])
  const history = { ...past, undo, canUndo: past.canUndo || typed !== null }
  useEffect(() => {
    if (!typed) return
    const timer = setTimeout(() => {
      remember(typed)
      setTyped(null)
    }, STEP)
    return () => clearTimeout(timer)
  }, [typed, remember])
  const [answer, setAnswer] = useState<{ text: LanguageText; parsed: Parsed } | null>(null)
  const [valid, setValid] = useState<RuleText['valid']>(null)
  const [failure, setFailure] = useState<unknown>(null)
  const abort = useRef<AbortController>(null)
  const settled = useRef(false)
  const edited = useRef(0)

  const take = useCallback((text: LanguageText, parsed: Parsed) => {
    setAnswer({ text, parsed })
    setFailure(null)
    if (!hasErrors(parsed)) setValid({ parsed, text })
  }, [])

  // biome-ignore lint/correctness/useExhaustiveDependencies: the reader's language is part of the question: messages speak it
  useEffect(() => {
    if (answer?.text.text === value.text && answer.text.language === value.language && settled.current) return
    const rested = performance.now() - edited.current > REST
    edited.current = performance.now()
    const timer = setTimeout(
      () => {
        settled.current = true
        abort.current?.abort()
        const own = new AbortController()
        abort.current = own
        parseRule(value, own.signal).then(
          (parsed) => !own.signal.aborted && take(value, parsed),
          (error) => !own.signal.aborted && setFailure(error),
        )
      },
      settled.current && !rested ? DELAY : 0,
    )
    return () => clearTimeout(timer)
  }, [value, take])

  useEffect(() => () => abort.current?.abort(), [])

  const type = useCallback((text: string) => setTyped({ text, language: value.language }), [value.language])
  const replace = useCallback((text: LanguageText) => set(text), [set])
  const rewrite = useCallback(
    async (english: string) => {
      abort.current?.abort()
      const own = new AbortController()
      abort.current = own
      const asked = { text: english, language: 'en' as const }
      try {
        const parsed = await parseRule(asked, own.signal)
        if (own.signal.aborted) return null
        if (hasErrors(parsed) || !parsed.formatted) return parsed
        const text = { text: parsed.formatted[value.language], language: value.language }
        take(text, parsed)
        set(text)
        return parsed
      } catch (error) {
        if (error instanceof ApiProblem) setFailure(error)
        return null
      }
    },
    [set, take, value.language],
  )
  const isFresh = valid?.text.text === value.text && valid.text.language === value.language
  const show = useCallback(
    (language: LanguageCode) => {
      if (language === value.language) return true
      const formatted = isFresh ? valid?.parsed.formatted : null
      if (!formatted || !valid) return false
      const text = { text: formatted[language], language }
      take(text, valid.parsed)
      set(text)
      return true
    },
    [value.language, isFresh, valid, set, take],
  )

  // The reader's language leads: a rule is opened in it, and follows when it is switched.
  const wanted = useRef<LanguageCode | null>(shown)
  useEffect(() => {
    wanted.current = shown
  }, [shown])
  useEffect(() => {
    if (wanted.current && isFresh && show(wanted.current)) wanted.current = null
  }, [isFresh, show])

  const parsed = answer?.text === value || answer?.text.text === value.text ? answer.parsed : undefined
  return { value, parsed, valid, fresh: isFresh, failure, type, replace, rewrite, show, history }
}
