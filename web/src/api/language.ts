/** The server's judgement of a text of the rule language. */
import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { api } from './client'
import type { LanguageText, Parsed } from './types'

export function parsedQuery(condition: LanguageText | null, entity: string, part: 'condition' | 'rule' = 'condition') {
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
export function useParsed(condition: LanguageText | null, entity: string): Parsed | undefined {
  const settled = useSettled(condition)
  const { data } = useQuery({ ...parsedQuery(settled, entity), placeholderData: keepPreviousData })
  return condition?.text.trim() ? data : undefined
}
