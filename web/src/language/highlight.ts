/** Colours for rule texts: the words come from the server's vocabulary, the longest one wins, also in unspaced Chinese. */
import { HighlightStyle, StreamLanguage, type StringStream, syntaxHighlighting } from '@codemirror/language'
import { tags } from '@lezer/highlight'
import type { Words } from '@/api/language'

export type WordKind = 'keyword' | 'function' | 'unit' | 'field' | 'entity'

export interface Lexicon {
  /** Words by their first character, longest first. */
  byFirst: Map<string, [string, WordKind][]>
}

/** The words of the language and of the workspace; where a word is several things, the name of a field wins. */
export function lexicon(words: Words | undefined, entityNames: string[]): Lexicon {
  const kinds = new Map<string, WordKind>()
  const add = (list: string[] | undefined, kind: WordKind) => {
    for (const word of list ?? []) if (word) kinds.set(word, kind)
  }
  add(words?.units, 'unit')
  add(words?.functions, 'function')
  add(words?.keywords, 'keyword')
  add(entityNames, 'entity')
  add(
    words?.fields.flatMap((field) => [field.name, field.label]),
    'field',
  )
  const byFirst = new Map<string, [string, WordKind][]>()
  for (const entry of kinds) {
    const first = entry[0].charAt(0)
    byFirst.set(first, [...(byFirst.get(first) ?? []), entry])
  }
  for (const list of byFirst.values()) list.sort((a, b) => b[0].length - a[0].length)
  return { byFirst }
}

const LATIN = /[\p{Script=Latin}\p{N}_]/u

/** The longest known word at a place of a line; a Latin word ends where its letters end. */
export function wordAt(line: string, at: number, { byFirst }: Lexicon): [string, WordKind] | null {
  for (const entry of byFirst.get(line.charAt(at)) ?? []) {
    const [word] = entry
    if (!line.startsWith(word, at)) continue
    const cutInside = LATIN.test(word.at(-1) ?? '') && LATIN.test(line.charAt(at + word.length))
    if (!cutInside) return entry
  }
  return null
}

const STYLES: Record<WordKind, string> = {
  keyword: 'keyword',
  function: 'function',
  unit: 'number',
  field: 'propertyName',
  entity: 'typeName',
}

function token(stream: StringStream, words: Lexicon): string | null {
  if (stream.eatSpace()) return null
  if (stream.match(/^#.*/)) return 'comment'
  if (stream.match(/^(?:"(?:[^"\\]|\\.)*(?:"|$)|“[^”]*(?:”|$)|「[^」]*(?:」|$))/)) return 'string'
  if (stream.match(/^`[^`]*(?:`|$)/)) return 'propertyName'
  if (stream.match(/^\d[\d:.-]*[%万亿]?/)) return 'number'
  const found = wordAt(stream.string, stream.pos, words)
  if (found) {
    stream.pos += found[0].length
    return STYLES[found[1]]
  }
  if (!stream.match(/^[\p{Script=Latin}_][\p{Script=Latin}\p{N}_]*/u)) stream.next()
  return null
}

export function language(words: Lexicon) {
  return StreamLanguage.define({
    token: (stream) => token(stream, words),
    tokenTable: { function: tags.function(tags.variableName) },
  })
}

export const colours = syntaxHighlighting(
  HighlightStyle.define([
    { tag: tags.keyword, color: 'var(--pri-ink)', fontWeight: '650' },
    { tag: tags.propertyName, color: 'var(--code-field)' },
    { tag: tags.typeName, color: 'var(--code-field)', fontWeight: '600' },
    { tag: tags.function(tags.variableName), color: 'var(--amb)', fontWeight: '600' },
    { tag: tags.number, color: 'var(--code-number)' },
    { tag: tags.string, color: 'var(--code-text)' },
    { tag: tags.comment, color: 'var(--mut)', fontStyle: 'italic' },
  ]),
)
