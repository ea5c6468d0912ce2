/** Rules on the server: list, preview, explanation, words of the language. */
import { queryOptions } from '@tanstack/react-query'
import { type Answer, get, post, request } from '@/api/client'
import { drawnListQuery } from '@/api/drawn'
import { LIVE } from '@/api/records'
import type { components } from '@/api/schema'
import type { Drawn, Firing, LanguageCode, LanguageText, Parsed, Reason } from '@/api/types'

export interface RuleContent extends LanguageText {
  tree?: unknown
  sentence?: Record<LanguageCode, string> | null
  formatted?: Record<LanguageCode, string> | null
}

export type Rule = Drawn<RuleContent>

/** A record that matches, or will: since when its `C for D` holds and when D is over, as far as it matters. */
export interface Sampled {
  id: string
  title: string | null
  since: string | null
  due: string | null
}

export interface Preview {
  matching: number
  total: number
  sample: Sampled[]
  sentence: Record<LanguageCode, string>
  /** Records for which time runs; null without `C for D`. */
  waiting: { count: number; sample: Sampled[]; unsure: boolean } | null
}

export type Health = 'ok' | 'warning' | 'broken' | 'stopped' | 'paused' | 'draft'
export const HEALTHS: Health[] = ['ok', 'warning', 'broken', 'stopped', 'paused', 'draft']

/** How a rule is doing; `days`: firings of each of the last seven days, oldest first. */
export interface RuleHealth {
  rule: string
  health: Health
  last_firing: string | null
  days: number[]
  next: { at: string; near: number; tick: boolean } | null
  failed: number
  problems: string[]
  stopped_at: string | null
}

/** How all rules are doing, in one answer. */
export const healthQuery = queryOptions({
  queryKey: [LIVE, 'rules-health'],
  queryFn: async ({ signal }) => {
    const { items } = await get<{ items: RuleHealth[] }>('/rules/health', { signal })
    return new Map(items.map((one) => [one.rule, one]))
  },
})

export type StandingState =
  | 'absent'
  | 'not-published'
  | 'paused'
  | 'broken'
  | 'fails'
  | 'fired'
  | 'skipped'
  | 'blocked'
  | 'matched-before'
  | 'holds'
  | 'no-change'

/** Why a rule did, or did not, for one record at one instant. */
export interface WhyAnswer {
  rule: { id: string; name: string; version: number | null }
  record: { entity: string; id: string; title: string | null }
  at: string
  standing: { state: StandingState; since: string | null; firing: string | null }
  reason: Reason | null
  firings: Firing[]
  deadline: string | null
  /** The calendar by which the past was judged, where it is not today's. */
  calendar: { timezone: string; until: string } | null
}

export function whyQuery(rule: string | null, record: string | null, at: string | null) {
  return queryOptions({
    queryKey: [LIVE, 'rule-why', rule, record, at],
    enabled: rule !== null && record !== null,
    queryFn: ({ signal }) => get<WhyAnswer>(`/rules/${rule}/why`, { signal, query: { record, at } }),
  })
}

export const rulesQuery = drawnListQuery<RuleContent>('rules')

export const parseRule = (text: LanguageText, signal?: AbortSignal) =>
  post<Parsed>('/language/parse', { ...text, part: 'rule' }, { signal })

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

/** What goes with a rule when it is deleted; waiting runs go on, firings held back are never performed. */
export type Departure = components['schemas']['Departure']

export function departureQuery(rule: string) {
  return queryOptions({
    queryKey: [LIVE, 'rule-uses', rule],
    queryFn: ({ signal }) => get<Departure>(`/rules/${rule}/uses`, { signal }),
    staleTime: 0,
  })
}

export const pauseRule = (id: string) => post(`/rules/${id}/pause`, {})
export const resumeRule = (id: string) => post(`/rules/${id}/resume`, {})

/** What happens to the records that match when a rule is published: at first at most `cap` of them fire (null: all). */
export interface FirstRun {
  alsoExisting: boolean
  cap: number | null
}

export function publishRule(id: string, etag: string | null, first: FirstRun): Promise<Answer<Rule>> {
  return request('POST', `/rules/${id}/publish`, {
    body: { also_existing: first.alsoExisting, cap: first.cap },
    ifMatch: etag,
  })
}

interface Person {
  id: string
  title: string | null
}

/** A stretch in which a published rule did nothing; `until` null: it lasts; `stopped`: by itself. */
export interface RulePause {
  since: string
  since_by: Person | null
  until: string | null
  until_by: Person | null
  stopped: boolean
}

export const rulePauses = async (id: string) => (await get<{ items: RulePause[] }>(`/rules/${id}/pauses`)).items

export interface RuleVersion {
  version: number
  published_at: string
  published_by: string | null
  published_by_name: string | null
  content: RuleContent
}

export async function ruleVersions(id: string): Promise<RuleVersion[]> {
  return (await get<{ items: RuleVersion[] }>(`/rules/${id}/versions`)).items
}
