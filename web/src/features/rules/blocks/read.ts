/** One row of a condition, read from its canonical English text. */

import { optionOf, resolvePath } from '@/api/model'
import type { Entity, Field } from '@/api/types'
import { read as readClauses } from '@/conditions/clauses'
import type { ChangeRow, ChangeWord, LastRow, Quantity, RecordWord, RelatedRow, Row, Span } from './model'
import { depths, isName, isSymbol, scan, type Word } from './scan'

export const UNITS = ['minutes', 'hours', 'days', 'weeks', 'months', 'years', 'working days'] as const
const QUANTITIES: Quantity[] = ['at least', 'at most', 'exactly', 'no', 'any']
const EVENTS: RecordWord[] = ['created', 'updated', 'deleted']

/** A row that a form can show; null when the text says more. */
export function readRow(text: string, entities: Entity[], entity: Entity): Row | null {
  const words = scan(text)
  if (!words?.length) return null
  const event = EVENTS.find((one) => text === `record is ${one}`)
  if (event) return { kind: 'record', event }
  return (
    readLast(text, words, entities, entity) ??
    readRelated(text, words, entities, entity) ??
    readChange(words, entities, entity) ??
    readField(text, words, entities, entity)
  )
}

const starts = (words: Word[], at: number, phrase: string) =>
  phrase.split(' ').every((part, index) => isName(words[at + index], part))

const lengthOf = (phrase: string) => phrase.split(' ').length

/** `30 days`, `1 week`, `7 working days` at a place; with how many words it takes. */
function spanAt(words: Word[], at: number): { span: Span; used: number } | null {
  const amount = words[at]
  if (amount?.kind !== 'number' || !/^\d+$/.test(amount.text)) return null
  for (const unit of [...UNITS].reverse()) {
    const single = unit.replace(/s$/, '')
    for (const word of [unit, single])
      if (starts(words, at + 1, word)) return { span: { amount: amount.text, unit }, used: 1 + lengthOf(word) }
  }
  return null
}

/** A trailing `in the last 30 days` outside parentheses. */
function windowEnd(words: Word[]): { span: Span; at: number } | null {
  const depth = depths(words)
  for (let at = words.length - 1; at >= 0; at -= 1) {
    if (depth[at] !== 0 || !starts(words, at, 'in the last')) continue
    const found = spanAt(words, at + 3)
    return found && at + 3 + found.used === words.length ? { span: found.span, at } : null
  }
  return null
}

const textOf = (text: string, words: Word[]) =>
  words.length ? text.slice(words[0]?.from ?? 0, words.at(-1)?.to ?? 0) : ''

/** The collection of an entity by name or label, one step. */
function collectionOf(word: Word | undefined, entity: Entity): string | null {
  if (word?.kind !== 'name' && word?.kind !== 'quoted') return null
  const found =
    entity.collections.find((one) => one.name === word.text) ??
    entity.collections.find((one) => Object.values(one.labels).includes(word.text))
  return found?.name ?? null
}

function unwrap(words: Word[]): Word[] {
  return isSymbol(words[0], '(') && isSymbol(words.at(-1), ')') ? words.slice(1, -1) : words
}

function readRelated(text: string, words: Word[], _entities: Entity[], entity: Entity): RelatedRow | null {
  const quantity = QUANTITIES.find((one) => starts(words, 0, one))
  if (!quantity) return null
  let at = lengthOf(quantity)
  const counted = quantity !== 'no' && quantity !== 'any'
  const number = counted ? (words[at++]?.text ?? '') : ''
  if (counted && !/^\d+$/.test(number)) return null
  const collection = collectionOf(words[at], entity)
  if (!collection) return null
  const rest = words.slice(at + 1)
  const window = windowEnd(rest)
  const middle = window ? rest.slice(0, window.at) : rest
  if (middle.length && !isName(middle[0], 'where')) return null
  const where = middle.length ? textOf(text, unwrap(middle.slice(1))) : null
  return { kind: 'related', quantity, number, collection, where, window: window?.span ?? null }
}

function readLast(text: string, words: Word[], _entities: Entity[], entity: Entity): LastRow | null {
  if (!starts(words, 0, 'the last') || !/^\d+$/.test(words[2]?.text ?? '')) return null
  const collection = collectionOf(words[3], entity)
  if (!collection || !isName(words[4], 'all')) return null
  return {
    kind: 'last',
    number: words[2]?.text ?? '',
    collection,
    condition: textOf(text, unwrap(words.slice(5))),
  }
}

/** A literal as plain text: options by value; null when it is none. */
function literal(word: Word | undefined, field: Field): string | null {
  if (!word) return null
  if (isName(word, 'empty')) return 'empty'
  if (isName(word, 'yes') || isName(word, 'no')) return word.text
  if (word.kind !== 'string' && word.kind !== 'number') return null
  const labelled = field.options.find((option) => option.labels.en === word.text || option.labels.zh === word.text)
  return optionOf(field, word.text)?.value ?? labelled?.value ?? word.text
}

function readChange(words: Word[], entities: Entity[], entity: Entity): ChangeRow | null {
  const [name] = words
  if (!name || (name.kind !== 'name' && name.kind !== 'quoted')) return null
  const field = entity.fields.find(
    (one) => one.name === name.text || one.key === name.text || Object.values(one.labels).includes(name.text),
  )
  if (!field || !resolvePath(entities, entity, field.key)) return null
  const row = (change: ChangeWord, before = '', after = ''): ChangeRow => ({
    kind: 'change',
    path: field.key,
    change,
    before,
    after,
  })
  if (words.length === 2 && isName(words[1], 'changes')) return row('changes')
  if (words.length === 2 && isName(words[1], 'rises')) return row('rises')
  if (words.length === 2 && isName(words[1], 'falls')) return row('falls')
  if (words.length === 4 && starts(words, 1, 'changes to')) {
    const after = literal(words[3], field)
    return after === null ? null : row('changes to', '', after)
  }
  if (words.length === 6 && starts(words, 1, 'changes from') && isName(words[4], 'to')) {
    const [before, after] = [literal(words[3], field), literal(words[5], field)]
    return before === null || after === null ? null : row('changes from', before, after)
  }
  return null
}

function readField(text: string, words: Word[], entities: Entity[], entity: Entity): Row | null {
  const depth = depths(words)
  const at = words.findLastIndex((word, index) => depth[index] === 0 && isName(word, 'for'))
  const found = at > 0 ? spanAt(words, at + 1) : null
  const held = found && at + 1 + found.used === words.length ? found.span : null
  const clauses = readClauses(held ? textOf(text, words.slice(0, at)) : text, entities, entity)?.clauses
  const [clause] = clauses ?? []
  return clause && clauses?.length === 1 ? { kind: 'field', clause, held } : null
}
