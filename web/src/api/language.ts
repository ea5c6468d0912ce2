/** The server's judgement of a text of the rule language. */
import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { api, get, post } from './client'
import type { Entity, LanguageCode, LanguageText, Parsed } from './types'

export interface Words {
  keywords: string[]
  functions: string[]
  units: string[]
  fields: { label: string; name: string; kind: string }[]
}

export interface Completion {
  label: string
  insert: string
  kind: string
  detail: string
}

/** What a text is: a whole rule, or a part about one entity. */
export interface TextKind {
  part: 'rule' | 'condition' | 'expression'
  entity?: string | undefined
}

export interface Hovered {
  from: number
  to: number
  title: string
  detail: string
  lines: string[]
}

/** What is being called at the cursor; `active` is the parameter that is being written, -1 for none. */
export interface Called {
  label: string
  parameters: string[]
  active: number
  detail: string
}

const asked = <Found>(path: string, text: LanguageText, position: number, of: TextKind, signal?: AbortSignal) =>
  post<Found>(`/language/${path}`, { ...text, position, ...of }, { signal })

export const complete = (text: LanguageText, position: number, of: TextKind, signal?: AbortSignal) =>
  asked<{ from: number; items: Completion[] }>('complete', text, position, of, signal)

export const hovered = (text: LanguageText, position: number, of: TextKind, signal?: AbortSignal) =>
  asked<{ hover: Hovered | null }>('hover', text, position, of, signal)

export const called = (text: LanguageText, position: number, of: TextKind, signal?: AbortSignal) =>
  asked<{ signature: Called | null }>('signature', text, position, of, signal)

export function wordsQuery(language: LanguageCode, entity: string | undefined) {
  return queryOptions({
    queryKey: ['words', language, entity ?? ''],
    staleTime: 60_000,
    queryFn: ({ signal }) => get<Words>('/language/vocabulary', { signal, query: { language, entity } }),
  })
}

/** The server's words with the names of all fields and collections: paths reach into other entities. */
export function withNames(words: Words | undefined, entities: Entity[]): Words | undefined {
  if (!words) return undefined
  const own = entities.flatMap((one) => [...one.fields, ...one.collections])
  const named = own.flatMap((one) => [one.name, ...Object.values(one.labels)])
  return { ...words, fields: [...words.fields, ...named.map((name) => ({ name, label: name, kind: 'field' }))] }
}

export function parsedQuery(condition: LanguageText | null, entity: string, part: TextKind['part'] = 'condition') {
  return queryOptions({
    queryKey: ['parsed', part, entity, condition],
    enabled: Boolean(condition?.text.trim()),
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }) => {
      const body = { text: condition?.text ?? '', language: condition?.language ?? ('en' as const), entity, part }
      const { data } = await api.POST('/api/v1/language/parse', { body, signal })
      return data as Parsed
    },
  })
}

/** The value as it was `delay` milliseconds after its last change. */
export function useSettled<T>(value: T, delay = 180): T {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), delay)
    return () => clearTimeout(timer)
  }, [value, delay])
  return settled
}

/** Parses a condition while it is being typed: an older question is dropped, the last answer stays until the next. */
export function useParsed(
  condition: LanguageText | null,
  entity: string,
  part: TextKind['part'] = 'condition',
): Parsed | undefined {
  const settled = useSettled(condition)
  const { data } = useQuery({ ...parsedQuery(settled, entity, part), placeholderData: keepPreviousData })
  return condition?.text.trim() ? data : undefined
}
