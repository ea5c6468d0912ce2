/** What goes where, by resource: remote fields to fields of an entity. Words this page does not draw are kept. */
import type { Entity, Field } from '@/api/types'
import type { RemoteField, RemoteResource } from './api'

export interface FieldSource {
  field: string
  find?: string
  missing?: 'refuse' | 'create' | 'empty'
  /** Their word → the value of our option. */
  aliases?: Record<string, string>
  [word: string]: unknown
}

export interface Part {
  entity: string
  fields: Record<string, string | FieldSource>
  [word: string]: unknown
}

export interface Lines extends Part {
  list: string
  key: string
  parent: string
}

export interface ResourceMapping extends Part {
  key?: string
  lines?: Lines | null
  rules?: boolean
}

export type Mapping = Record<string, ResourceMapping>

/** The source of a field in its long form; undefined when nothing feeds it. */
export function sourceOf(part: Part, field: string): FieldSource | undefined {
  const found = part.fields[field]
  return typeof found === 'string' ? { field: found } : found
}

export function assign<P extends Part>(part: P, field: string, remote: string | null): P {
  const rest = Object.fromEntries(Object.entries(part.fields).filter(([key]) => key !== field))
  const before = sourceOf(part, field)
  if (remote === null) return { ...part, fields: rest }
  // Another source speaks other words.
  const { aliases: _, ...kept } = before ?? { field: remote }
  const next = Object.keys(kept).length > 1 ? { ...kept, field: remote } : remote
  return { ...part, fields: { ...part.fields, [field]: next } }
}

export function tune<P extends Part>(part: P, field: string, change: Partial<FieldSource>): P {
  const before = sourceOf(part, field)
  if (!before) return part
  const next = Object.fromEntries(Object.entries({ ...before, ...change }).filter(([, value]) => value !== undefined))
  return { ...part, fields: { ...part.fields, [field]: next as FieldSource } }
}

/** Fields that a sync can fill. */
export const fillable = (entity: Entity): Field[] =>
  entity.fields.filter((field) => !field.system && field.type !== 'files')

const plain = (text: string) => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')

/** How alike two names are: the same, one within the other, or not. */
function likeness(field: Field, remote: RemoteField): number {
  const ours = [field.name, ...Object.values(field.labels)].filter((word) => word).map((word) => plain(word ?? ''))
  const theirs = [remote.key, ...Object.values(remote.labels)].filter((word) => word).map((word) => plain(word ?? ''))
  if (ours.some((word) => theirs.includes(word))) return 3
  const within = ours.some(
    (word) => word.length > 1 && theirs.some((other) => other.includes(word) || word.includes(other)),
  )
  return within ? 1 : 0
}

const FITS: Record<string, string[]> = {
  number: ['number'],
  date: ['date', 'datetime'],
  datetime: ['datetime', 'date'],
  boolean: ['boolean'],
  reference: ['reference', 'text'],
  // Their words for a choice are hardly ever ours: a person says what each one means.
  choice: [],
  choices: [],
}

/**
 * A beginning: each field with the remote field whose name is most like its own and whose type fits; a date that must
 * be there takes the first one.
 */
export function suggest(entity: Entity, remote: RemoteField[], within: string | null): Part['fields'] {
  const usable = remote.filter((one) => one.within === within)
  const found: Part['fields'] = {}
  for (const field of fillable(entity)) {
    const fitting = usable.filter((one) => (FITS[field.type] ?? ['text']).includes(one.type))
    const [named] = fitting
      .map((one) => ({ one, score: likeness(field, one) }))
      .filter(({ score }) => score > 0)
      .sort((a, b) => b.score - a.score)
    const [date] = field.required && ['date', 'datetime'].includes(field.type) ? fitting : []
    const best = named ?? (date && { one: date })
    if (best) found[field.key] = field.to ? { field: best.one.key, missing: 'empty' } : best.one.key
  }
  return found
}

/** A fresh mapping of a resource into an entity. */
export function freshMapping(resource: RemoteResource, entity: Entity, remote: RemoteField[]): ResourceMapping {
  const fields = suggest(entity, remote, null)
  const natural = Object.entries(fields).find(([, source]) => source === resource.natural)?.[0]
  const unique = entity.fields.find((field) => field.unique && field.key in fields)?.key
  const key = natural ?? unique
  return { entity: entity.key, ...(key ? { key } : {}), fields }
}

/** Required fields that nothing feeds. */
export const unfed = (part: Part, entity: Entity): Field[] =>
  fillable(entity).filter((field) => field.required && !(field.key in part.fields))

/** Whether records may be recognised by a field. */
export const canBeKey = (field: Field): boolean => field.unique || ['text', 'email', 'phone'].includes(field.type)

const MOST_WORDS = 20

/** Words of the sample that are no option of ours, and those that have been given a meaning. */
export function foreignChoices(rows: Record<string, unknown>[], source: FieldSource, field: Field): string[] {
  const ours = field.options.flatMap((one) => [one.value, ...Object.values(one.labels ?? {})])
  const theirs = rows
    .map((row) => row[source.field])
    .filter((value) => value !== null && value !== undefined && value !== '')
    .map(String)
    .filter((word) => !ours.includes(word))
  return [...new Set([...Object.keys(source.aliases ?? {}), ...theirs])].sort().slice(0, MOST_WORDS)
}

/** The rows left out for the same reason stand together: the reason, how many, and the first of them. */
export function byReason<P extends { resource: string; message: string; external_id: string }>(
  problems: P[],
): { resource: string; message: string; ids: string[] }[] {
  const found = new Map<string, { resource: string; message: string; ids: string[] }>()
  for (const { resource, message, external_id } of problems) {
    const name = JSON.stringify([resource, message])
    const group = found.get(name) ?? { resource, message, ids: [] }
    if (external_id && !group.ids.includes(external_id)) group.ids.push(external_id)
    found.set(name, group)
  }
  return [...found.values()]
}

/** A value of the sample for the eye. */
export function sampleWords(rows: Record<string, unknown>[], key: string): string {
  const found = rows.map((row) => row[key]).filter((value) => value !== null && value !== undefined && value !== '')
  return [...new Set(found.map((value) => (typeof value === 'object' ? JSON.stringify(value) : String(value))))]
    .slice(0, 3)
    .join(' · ')
}

/** The numbers of a run, one line per resource, however deep the server nests them. */
export function countLines(counts: Record<string, unknown>): { resource: string; numbers: [string, string][] }[] {
  return Object.entries(counts).map(([resource, given]) => ({
    resource,
    numbers: Object.entries((given ?? {}) as Record<string, unknown>)
      .filter(([, value]) => ['number', 'string'].includes(typeof value))
      .map(([name, value]) => [name, String(value)]),
  }))
}
