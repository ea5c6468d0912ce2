/**
 * The condition of a rule as blocks: groups (all of, any of) of rows. A lens on the canonical English text of the tree.
 *
 * `asBlocks` decides whether a condition fits; a row that says more than a form can hold is kept word for word (`raw`).
 * `writeCondition(asBlocks(text))` means the same condition.
 */

import type { Entity } from '@/api/types'
import type { Clause } from '@/conditions/clauses'
import { readRow } from './read'
import { type Cut, cut, type Join } from './split'
import { writeRow } from './write'

export type { Join }

export interface Span {
  amount: string
  unit: string
}

export type Quantity = 'no' | 'any' | 'at least' | 'at most' | 'exactly'
export type ChangeWord = 'changes' | 'changes to' | 'changes from' | 'rises' | 'falls'
export type RecordWord = 'created' | 'updated' | 'deleted'

/** `region = "East"` */
export interface FieldRow {
  kind: 'field'
  clause: Clause
  held: Span | null
}

/** `at least 2 orders where (amount > 100) in the last 30 days` */
export interface RelatedRow {
  kind: 'related'
  quantity: Quantity
  number: string
  collection: string
  /** The condition of the related records, as it stands; null for none, empty while it is not said yet. */
  where: string | null
  window: Span | null
}

/** `the last 2 trainings all attended = no` */
export interface LastRow {
  kind: 'last'
  number: string
  collection: string
  condition: string
}

/** `stage changes from "A" to "B"` */
export interface ChangeRow {
  kind: 'change'
  path: string
  change: ChangeWord
  before: string
  after: string
}

/** `record is created` */
export interface RecordRow {
  kind: 'record'
  event: RecordWord
}

/** What no form holds, word for word; `shown` is the same in the other language where it is known. */
export interface RawRow {
  kind: 'raw'
  text: string
  shown: string
}

export type Row = FieldRow | RelatedRow | LastRow | ChangeRow | RecordRow | RawRow

export interface Group {
  kind: 'group'
  join: Join
  items: Block[]
}

export type Block = Group | Row

const DEEPEST = 4

/** The blocks of a canonical English condition; null when it is nested too deep to be read as blocks. */
export function asBlocks(english: string, chinese: string | null, entities: Entity[], entity: Entity): Group | null {
  const found = cut(english, 'en')
  if (!found || deep(found) > DEEPEST) return null
  const twin = chinese ? cut(chinese, 'zh') : null
  const block = blockOf(found, twin && sameShape(found, twin) ? twin : null, entities, entity)
  return block.kind === 'group' ? block : { kind: 'group', join: 'and', items: [block] }
}

const deep = (found: Cut): number => (found.join ? 1 + Math.max(...found.items.map(deep)) : 0)

function sameShape(a: Cut, b: Cut): boolean {
  return (
    a.join === b.join &&
    a.items.length === b.items.length &&
    a.items.every((item, at) => sameShape(item, b.items[at] ?? item))
  )
}

function blockOf(found: Cut, twin: Cut | null, entities: Entity[], entity: Entity): Block {
  if (found.join) {
    const items = found.items.map((item, at) => blockOf(item, twin?.items[at] ?? null, entities, entity))
    return { kind: 'group', join: found.join, items }
  }
  return (
    readRow(found.text, entities, entity) ?? { kind: 'raw', text: found.text, shown: twin ? twin.text : found.text }
  )
}

/** The English text of blocks; rows that are not complete yet are left out. Empty when nothing is complete. */
export function writeCondition(group: Group, entities: Entity[], entity: Entity): string {
  const texts = group.items
    .map((item) => {
      if (item.kind !== 'group') return writeRow(item, entities, entity)
      const inner = writeCondition(item, entities, entity)
      return inner && item.items.length > 1 ? `(${inner})` : inner
    })
    .filter(Boolean)
  return texts.join(`\n ${group.join} `)
}

/** How many rows and groups there are, at every depth. */
export const sizeOf = (block: Block): number =>
  block.kind === 'group' ? block.items.reduce((sum, item) => sum + sizeOf(item), 1) : 1

export type Place = readonly number[]

/** The blocks with the one at a place replaced; null takes it away, and with it a group that is left empty. */
export function put(group: Group, place: Place, next: Block | null): Group {
  const [at, ...rest] = place
  if (at === undefined) return next?.kind === 'group' ? next : group
  const inner = group.items[at]
  if (!inner) return group
  const changed = rest.length && inner.kind === 'group' ? emptied(put(inner, rest, next)) : next
  const items = group.items.flatMap((item, index) => (index === at ? (changed ? [changed] : []) : [item]))
  return { ...group, items }
}

const emptied = (group: Group): Group | null => (group.items.length ? group : null)

/** The blocks with one more at the end of the group at a place. */
export function append(group: Group, place: Place, next: Block): Group {
  const target = place.reduce<Block | undefined>(
    (block, at) => (block?.kind === 'group' ? block.items[at] : undefined),
    group,
  )
  if (target?.kind !== 'group') return group
  return put(group, place, { ...target, items: [...target.items, next] })
}
