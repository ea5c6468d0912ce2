/** The published model: entities, fields and how a path of fields reads. */
import { queryOptions, useQuery } from '@tanstack/react-query'
import { api } from './client'
import type { Entity, Field, Labels, LanguageCode, Option } from './types'

async function readEntities(): Promise<Entity[]> {
  const { data } = await api.GET('/api/v1/entities')
  return ownFirst((data?.items ?? []) as Entity[])
}

export const entitiesQuery = queryOptions({ queryKey: ['entities'], queryFn: readEntities, staleTime: 60_000 })

/** Entities that every workspace has; people look for their own first. */
const BUILT_IN = new Set(['user', 'team', 'task'])

/** Whether every workspace has the entity, also an empty one. */
export const isBuiltIn = (entity: Entity) => BUILT_IN.has(entity.key)

export function ownFirst(entities: Entity[]): Entity[] {
  return [...entities].sort((a, b) => Number(BUILT_IN.has(a.key)) - Number(BUILT_IN.has(b.key)))
}

export function useEntities(): Entity[] | undefined {
  return useQuery(entitiesQuery).data
}

export function useEntity(key: string | undefined): Entity | undefined {
  return useEntities()?.find((entity) => entity.key === key)
}

/** The label in the reader's language, else in the other one, else the name. */
export function labelOf(thing: { labels?: Labels; name?: string; value?: string }, language: LanguageCode): string {
  const other = language === 'zh' ? 'en' : 'zh'
  return thing.labels?.[language] || thing.labels?.[other] || thing.name || thing.value || ''
}

/**
 * How several records of an entity are called, as options for a text: English needs a plural, and where nobody gave one
 * the text in context `plain` gets by without.
 */
export function manyOf(entity: Entity, language: LanguageCode): { entity: string; one: string; context?: 'plain' } {
  const one = labelOf(entity, language)
  const many = entity.plural_labels[language]
  return { entity: many || one, one, context: language === 'en' && !many ? 'plain' : undefined }
}

/** A field reached by following references: `owner.name` is two steps. */
export interface FieldPath {
  path: string
  /** The field that holds the value. */
  field: Field
  /** The fields followed, the last one included. */
  steps: Field[]
}

/** Resolves `owner.name` from an entity; undefined when a step does not exist (any more). */
export function resolvePath(entities: Entity[], entity: Entity, path: string): FieldPath | undefined {
  const steps: Field[] = []
  let at: Entity | undefined = entity
  for (const key of path.split('.')) {
    const field: Field | undefined = at?.fields.find((candidate) => candidate.key === key)
    if (!field) return undefined
    steps.push(field)
    at = field.to ? entities.find((candidate) => candidate.key === field.to) : undefined
  }
  const field = steps.at(-1)
  return field && { path, field, steps }
}

export function pathLabel(found: FieldPath, language: LanguageCode): string {
  return found.steps.map((step) => labelOf(step, language)).join(language === 'zh' ? '的' : ' › ')
}

export function optionOf(field: Field, value: string): Option | undefined {
  return field.options.find((option) => option.value === value)
}

/** The key of the field that names a record of the entity for people. */
export function titleField(entity: Entity): string | undefined {
  const own = entity.fields.filter((field) => !field.system)
  const declared = entity.title_field
  const named = declared ? entity.fields.find((field) => field.key === declared || field.id === declared) : undefined
  return (named ?? own.find((field) => field.type === 'text') ?? own[0])?.key
}

export function titleOf(entity: Entity | undefined, row: { id: string; values: Record<string, unknown> }): string {
  const key = entity && titleField(entity)
  const value = key ? row.values[key] : null
  return typeof value === 'string' && value ? value : `#${row.id}`
}
