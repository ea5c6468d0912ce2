/** What goes where, by resource: remote fields to fields of an entity. Words this page does not draw are kept. */
import type { Entity, Field } from '@/api/types'
import type { RemoteField, RemoteResource } from './api'

export interface FieldSource {
  field: string
  find?: string
  missing?: 'refuse' | 'create' | 'empty'
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
  const next = before && Object.keys(before).length > 1 ? { ...before, field: remote } : remote
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
  choice: ['choice', 'text'],
}

/** A beginning: each field with the remote field whose name is most like its own and whose type fits. */
export function suggest(entity: Entity, remote: RemoteField[], within: string | null): Part['fields'] {
  const usable = remote.filter((one) => one.within === within)
  const found: Part['fields'] = {}
  for (const field of fillable(entity)) {
    const fitting = usable.filter((one) => (FITS[field.type] ?? ['text']).includes(one.type))
    const [best] = fitting
      .map((one) => ({ one, score: likeness(field, one) }))
      .filter(({ score }) => score > 0)
      .sort((a, b) => b.score - a.score)
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
