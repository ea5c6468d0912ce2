/** What the list of rules works out: words to search in, the order of bars, what a filter keeps. */
import type { LanguageCode } from '@/api/types'
import type { Health, Rule, RuleHealth } from '../api'

export interface ListFilter {
  search: string
  entity: string | null
  health: Health | null
}

const HIGHEST = 18
const LOWEST = 2

/** One height in pixels per day: the busiest day is the highest bar, a day without firings a line. */
export function barHeights(days: number[]): number[] {
  const most = Math.max(...days, 1)
  return days.map((one) => (one === 0 ? LOWEST : Math.max(LOWEST + 2, Math.round((one / most) * HIGHEST))))
}

/** What the rule says in a language; the draft's words only where nothing is published. */
export function sentenceOf(rule: Rule, language: LanguageCode): string {
  const content = rule.draft && rule.status === 'draft' ? rule.draft : (rule.content ?? rule.draft)
  return content?.sentence?.[language] ?? content?.formatted?.[language] ?? content?.text ?? ''
}

/** The rules that a filter keeps; every word must be found in the name or the sentence. */
export function filtered(
  rules: Rule[],
  health: Map<string, RuleHealth> | undefined,
  filter: ListFilter,
  language: LanguageCode,
): Rule[] {
  const words = filter.search.trim().toLowerCase().split(/\s+/)
  return rules.filter((rule) => {
    if (filter.entity && rule.entity !== filter.entity) return false
    if (filter.health && health?.get(rule.id)?.health !== filter.health) return false
    const said = `${rule.name} ${sentenceOf(rule, language)}`.toLowerCase()
    return words.every((word) => said.includes(word))
  })
}
