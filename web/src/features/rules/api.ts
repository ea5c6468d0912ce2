/** Rules on the server: list, preview, explanation, words of the language. */
import { queryOptions } from '@tanstack/react-query'
import { type Answer, get, post, request } from '@/api/client'
import { drawnListQuery } from '@/api/drawn'
import { LIVE } from '@/api/records'
import type { Drawn, Firing, LanguageCode, LanguageText, Page, Parsed, Reason } from '@/api/types'

export interface RuleContent extends LanguageText {
  tree?: unknown
  sentence?: Record<LanguageCode, string> | null
  formatted?: Record<LanguageCode, string> | null
}

export type Rule = Drawn<RuleContent>

export interface Preview {
  matching: number
  total: number
  sample: { id: string; title: string | null }[]
  sentence: Record<LanguageCode, string>
}

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

export const rulesQuery = drawnListQuery<RuleContent>('rules')

export const parseRule = (text: LanguageText, signal?: AbortSignal) =>
  post<Parsed>('/language/parse', { ...text, part: 'rule' }, { signal })

export function complete(text: LanguageText, position: number, signal?: AbortSignal) {
  return post<{ from: number; items: Completion[] }>(
    '/language/complete',
    { ...text, position, part: 'rule' },
    { signal },
  )
}

export function wordsQuery(language: LanguageCode, entity: string | undefined) {
  return queryOptions({
    queryKey: ['words', language, entity ?? ''],
    staleTime: 60_000,
    queryFn: ({ signal }) => get<Words>('/language/vocabulary', { signal, query: { language, entity } }),
  })
}

/** How many records match a rule now; `canonical` is the same for every way to write the same rule. */
export function previewQuery(rule: LanguageText | null) {
  return queryOptions({
    queryKey: [LIVE, 'rule-preview', rule],
    enabled: rule !== null,
    queryFn: ({ signal }) => post<Preview>('/rules/preview', rule, { signal }),
  })
}

export function explainQuery(rule: LanguageText | null, record: string | null) {
  return queryOptions({
    queryKey: [LIVE, 'rule-explain', rule, record],
    enabled: rule !== null && record !== null,
    queryFn: ({ signal }) => post<Reason>('/rules/explain', { ...rule, record }, { signal }),
  })
}

/** The newest firings of one rule, for the list of rules. */
export function latestFiringsQuery(rule: string) {
  return queryOptions({
    queryKey: [LIVE, 'firings', { rule, limit: 20 }],
    queryFn: ({ signal }) => get<Page<Firing>>('/firings', { signal, query: { rule, limit: 20 } }),
  })
}

export const pauseRule = (id: string) => post(`/rules/${id}/pause`, {})
export const resumeRule = (id: string) => post(`/rules/${id}/resume`, {})

export function publishRule(id: string, etag: string | null, alsoExisting: boolean): Promise<Answer<Rule>> {
  return request('POST', `/rules/${id}/publish`, { body: { also_existing: alsoExisting }, ifMatch: etag })
}

export interface RuleVersion {
  version: number
  published_at: string
  published_by: string | null
  content: RuleContent
}

export async function ruleVersions(id: string): Promise<RuleVersion[]> {
  return (await get<{ items: RuleVersion[] }>(`/rules/${id}/versions`)).items
}
