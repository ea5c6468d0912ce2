/**
 * A condition as a list of clauses: a lens on the text of the rule language.
 *
 * `write` makes the text of a list; `read` finds the list in a text, or null when the text says more than a list can
 * hold (then the text itself is shown and edited). `read(write(list))` is the list.
 */

import { resolvePath } from '@/api/model'
import type { Entity, Field } from '@/api/types'
import { type OperatorName, operatorOf, operatorsOf } from './operators'
import { type Token, tokens } from './tokens'

export interface Clause {
  path: string
  operator: OperatorName
  /** What stands right of the operator, as plain texts: numbers unformatted, options by value. */
  values: string[]
}

export interface ClauseList {
  join: 'and' | 'or'
  clauses: Clause[]
}

const RESERVED = new Set(
  `and or not in is for after before all between contains any exactly previous yes no true false empty me now today this`.split(
    ' ',
  ),
)
const PLAIN = /^[\p{L}_][\p{L}\p{N}_]*$/u

function writePath(path: string): string {
  const steps = path.split('.').map((key) => (PLAIN.test(key) && !RESERVED.has(key) ? key : `\`${key}\``))
  return steps.join('.')
}

/** A clause without its values is not yet part of the condition. */
export function isComplete(clause: Clause): boolean {
  const operator = operatorOf(clause.operator)
  return clause.values.length >= operator.least && clause.values.every((value) => value.trim() !== '')
}

/** The English text of a list; empty when no clause is complete. */
export function write({ join, clauses }: ClauseList, fieldOf: (path: string) => Field | undefined): string {
  const texts = clauses.filter(isComplete).flatMap((clause) => {
    const field = fieldOf(clause.path)
    if (!field) return []
    return [`${writePath(clause.path)} ${operatorOf(clause.operator).write(clause.values, field)}`]
  })
  return texts.join(` ${join} `)
}

interface Reading {
  tokens: Token[]
  at: number
}

function readPath(reading: Reading, entities: Entity[], entity: Entity): string | null {
  const keys: string[] = []
  let inside: Entity | undefined = entity
  for (;;) {
    const token = reading.tokens[reading.at]
    if (token?.kind !== 'name' || !inside) return null
    const field: Field | undefined =
      inside.fields.find((one) => one.key === token.text) ??
      inside.fields.find((one) => one.labels.en === token.text || one.labels.zh === token.text)
    if (!field) return null
    keys.push(field.key)
    inside = field.to ? entities.find((one) => one.key === field.to) : undefined
    reading.at += 1
    if (reading.tokens[reading.at]?.text !== '.') return keys.join('.')
    reading.at += 1
  }
}

function readClause(reading: Reading, entities: Entity[], entity: Entity): Clause | null {
  const path = readPath(reading, entities, entity)
  const found = path && resolvePath(entities, entity, path)
  if (!found) return null
  const rest = reading.tokens.slice(reading.at)
  for (const operator of operatorsOf(found.field)) {
    const read = operator.read(rest, found.field)
    if (read) {
      reading.at += read.used
      return { path: found.path, operator: operator.name, values: read.values }
    }
  }
  return null
}

/** The list in a text, or null when it is too rich for one. Only English text is read. */
export function read(text: string, entities: Entity[], entity: Entity): ClauseList | null {
  const all = tokens(text)
  if (!all) return null
  const reading: Reading = { tokens: all, at: 0 }
  const clauses: Clause[] = []
  const joins = new Set<'and' | 'or'>()
  while (reading.at < all.length) {
    const clause = readClause(reading, entities, entity)
    if (!clause) return null
    clauses.push(clause)
    const join = all[reading.at]?.text
    if (join === undefined) break
    if (join !== 'and' && join !== 'or') return null
    joins.add(join)
    reading.at += 1
    if (reading.at >= all.length) return null
  }
  return joins.size > 1 ? null : { join: [...joins][0] ?? 'and', clauses }
}
