/** A canonical condition cut into its groups and leaves: `and`, `or` and parentheses, nothing deeper. */
import type { LanguageCode } from '@/api/types'
import { depths, isName, isSymbol, scan, type Word } from './scan'

export type Join = 'and' | 'or'

export interface Cut {
  /** Null for a leaf. */
  join: Join | null
  items: Cut[]
  /** A leaf's text as it stands. */
  text: string
}

const JOINS: Record<LanguageCode, Record<Join, string>> = {
  en: { and: 'and', or: 'or' },
  zh: { and: '且', or: '或' },
}

/** Where the condition stands in the canonical text of a rule: from behind `when` to before `then`. */
export function conditionRange(text: string, language: LanguageCode): { from: number; to: number } | null {
  const words = scan(text)
  if (!words) return null
  const depth = depths(words)
  const [when, then] = language === 'en' ? ['when', 'then'] : ['当', '则']
  const start = words.findIndex((word, at) => depth[at] === 0 && isName(word, when))
  const end = words.findIndex((word, at) => at > start && depth[at] === 0 && isName(word, then))
  const [first, last] = [words[start + 1], words[end - 1]]
  if (start < 0 || end < 0 || !first || !last || end <= start + 1) return null
  return { from: first.from, to: last.to }
}

/** The groups and leaves of a condition; null when its parentheses do not match. */
export function cut(text: string, language: LanguageCode): Cut | null {
  const words = scan(text)
  return words?.length ? cutWords(text, words, language) : null
}

function cutWords(text: string, given: Word[], language: LanguageCode): Cut | null {
  const words = unwrapped(given)
  const depth = depths(words)
  if (depth.some((one) => one < 0)) return null
  // `or` binds looser than `and`: it is looked for first.
  for (const join of ['or', 'and'] as const) {
    const parts = partsAt(words, depth, JOINS[language][join])
    if (parts.length < 2) continue
    const items = parts.map((part) => (part.length ? cutWords(text, part, language) : null))
    return items.every((item) => item !== null) ? { join, items, text: '' } : null
  }
  const [first, last] = [words[0], words.at(-1)]
  return first && last ? { join: null, items: [], text: text.slice(first.from, last.to) } : null
}

/** Without the parentheses around the whole. */
function unwrapped(words: Word[]): Word[] {
  let inner = words
  while (isSymbol(inner[0], '(')) {
    const depth = depths(inner)
    const closes = inner.findIndex((word, at) => at > 0 && depth[at] === 0 && isSymbol(word, ')'))
    if (closes !== inner.length - 1) break
    inner = inner.slice(1, -1)
  }
  return inner
}

/** The stretches between the joining words; the `and` of `between a and b` joins nothing. */
function partsAt(words: Word[], depth: number[], join: string): Word[][] {
  const parts: Word[][] = [[]]
  let between = 0
  words.forEach((word, at) => {
    if (depth[at] === 0 && isName(word, 'between')) between += 1
    if (depth[at] === 0 && isName(word, join)) {
      if (between > 0 && join === 'and') between -= 1
      else {
        parts.push([])
        return
      }
    }
    parts.at(-1)?.push(word)
  })
  return parts
}
