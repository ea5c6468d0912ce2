/** An entity as an administrator draws it, and how each act of drawing changes it. Pure. */
import type { Entity, Field, Labels } from '@/api/types'

export interface DrawingOption {
  value: string
  labels?: Labels
  color?: string | null
}

export interface DrawingField {
  id?: string
  key?: string
  name: string
  type: string
  labels?: Labels
  required?: boolean
  unique?: boolean
  decimals?: number
  options?: DrawingOption[]
  to?: string | null
  reverse?: string | null
  reverse_labels?: Labels
  on_delete?: 'empty' | 'restrict' | 'cascade'
  default?: unknown
  settings?: Record<string, unknown>
}

export interface Drawing {
  name: string
  key?: string
  labels?: Labels
  plural_labels?: Labels
  time_field?: string | null
  title_field?: string | null
  description?: string
  fields: DrawingField[]
}

export interface DrawnEntity {
  id: string
  key: string
  status: string
  version: number
  published_version: number | null
  draft: Drawing | null
}

/** A new entity starts with what every entity needs: a name. */
export const EMPTY: Drawing = {
  name: '',
  labels: {},
  fields: [{ name: 'name', type: 'text', labels: { en: 'Name', zh: '名称' }, required: true }],
  title_field: 'name',
}

/** The drawing of a published entity that has no draft. */
export function drawingOf(entity: Entity): Drawing {
  const nameOf = (key: string | null) => entity.fields.find((field) => field.key === key && !field.system)?.name ?? null
  return {
    name: entity.name,
    key: entity.key,
    labels: entity.labels,
    plural_labels: entity.plural_labels,
    time_field: nameOf(entity.time_field),
    title_field: nameOf(entity.title_field),
    fields: entity.fields
      .filter((field) => !field.system)
      .map(({ id, key, name, type, labels, required, unique, decimals, options, to, settings }) => ({
        id,
        key,
        name,
        type,
        labels,
        required,
        unique,
        decimals,
        options,
        settings,
        ...(type === 'reference' ? { to } : {}),
      })),
  }
}

/** A name for the language from a label: `Close date` becomes `close_date`; empty when nothing of it can be used. */
export function nameFrom(label: string): string {
  const plain = label
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
  return /^\d/.test(plain) ? `f_${plain}` : plain
}

/** How English usually says several of a thing; empty for what is not a plain English word. */
export function pluralFrom(label: string): string {
  const word = label.trim()
  if (!/[a-z]$/i.test(word)) return ''
  if (/[^aeiou]y$/i.test(word)) return `${word.slice(0, -1)}ies`
  return /(s|x|z|ch|sh)$/i.test(word) ? `${word}es` : `${word}s`
}

/** Other labels of the entity; its English plural follows as long as nobody wrote another one. */
export function setLabels(drawing: Drawing, labels: Labels): Drawing {
  const plural = drawing.plural_labels?.en ?? ''
  const follows = plural === '' || plural === pluralFrom(drawing.labels?.en ?? '')
  const en = follows ? pluralFrom(labels.en ?? '') : plural
  return { ...drawing, labels, plural_labels: { ...drawing.plural_labels, en } }
}

/** A name that no other field has: `field`, `field_2`, … */
export function freeName(fields: DrawingField[], wanted: string): string {
  const taken = new Set(fields.map((field) => field.name))
  if (!taken.has(wanted)) return wanted
  let count = 2
  while (taken.has(`${wanted}_${count}`)) count += 1
  return `${wanted}_${count}`
}

export function addField(drawing: Drawing, type: string): Drawing {
  return { ...drawing, fields: [...drawing.fields, { name: freeName(drawing.fields, 'field'), type, labels: {} }] }
}

/** Changes a field; one that has never been stored takes its name from its English label. */
export function setField(drawing: Drawing, at: number, change: Partial<DrawingField>): Drawing {
  const held = drawing.fields[at]
  if (!held) return drawing
  const next = { ...held, ...change }
  const wanted = !held.id && change.labels?.en ? nameFrom(change.labels.en) : ''
  const others = drawing.fields.filter((_, index) => index !== at)
  if (wanted) next.name = freeName(others, wanted)
  const follow = (name: string | null | undefined) => (name === held.name ? next.name : name)
  return {
    ...drawing,
    title_field: follow(drawing.title_field),
    time_field: follow(drawing.time_field),
    fields: drawing.fields.map((field, index) => (index === at ? next : field)),
  }
}

export function removeField(drawing: Drawing, at: number): Drawing {
  const gone = drawing.fields[at]?.name
  const keep = (name: string | null | undefined) => (name === gone ? null : name)
  return {
    ...drawing,
    title_field: keep(drawing.title_field),
    time_field: keep(drawing.time_field),
    fields: drawing.fields.filter((_, index) => index !== at),
  }
}

export function moveField(drawing: Drawing, at: number, by: -1 | 1): Drawing {
  const fields = [...drawing.fields]
  const [held] = fields.splice(at, 1)
  const to = at + by
  if (!held || to < 0 || to > fields.length) return drawing
  fields.splice(to, 0, held)
  return { ...drawing, fields }
}

/** Published fields that the drawing no longer has: their values would go out of sight. */
export function lostFields(published: Entity | undefined, drawing: Drawing): string[] {
  const kept = new Set(drawing.fields.map((field) => field.id))
  return (published?.fields ?? []).filter((field) => !field.system && !kept.has(field.id)).map((field) => field.key)
}

/** Fields that can take the place of one that goes: the same kind of value, the same entity where it points, kept. */
export function standIns(entity: Entity, field: Field, lost: string[]): Field[] {
  return entity.fields.filter(
    (one) =>
      one.key !== field.key &&
      !one.system &&
      !lost.includes(one.key) &&
      one.value_kind === field.value_kind &&
      (one.to ?? null) === (field.to ?? null),
  )
}

/** Whether a field's values are numbers with so many decimals. */
export function hasDecimals(field: DrawingField): boolean {
  const result = field.settings?.result ?? 'number'
  return field.type === 'number' || (field.type === 'formula' && result === 'number')
}

/** Options are typed one per line; a line keeps the option whose label it is. */
export function optionsFromLines(text: string, before: DrawingOption[], language: 'zh' | 'en'): DrawingOption[] {
  const seen = new Set<string>()
  return text.split('\n').flatMap((line) => {
    const label = line.trim()
    const known = before.find((option) => (option.labels?.[language] ?? option.value) === label)
    const option = known ?? { value: label, labels: { [language]: label } }
    if (!label || seen.has(option.value)) return []
    seen.add(option.value)
    return [option]
  })
}
