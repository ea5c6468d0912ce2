/** A plan says which column goes where; here it is seen column by column. */
import type { ApiProblem } from '@/api/problem'
import type { Entity, Field } from '@/api/types'

export type Missing = 'refuse' | 'create' | 'empty'

export interface Source {
  column: string
  format?: string
  find?: string
  missing?: Missing
  [word: string]: unknown
}

export interface Plan {
  key?: string[]
  columns: Record<string, string | Source | Record<string, unknown>>
  existing?: 'update' | 'skip'
  rules?: boolean
  /** One row of the file is one line: the rows of a group make one record, and each of them a line of it. */
  group?: Group | null
  /** What this page does not draw (rows to skip) is kept as it stands. */
  [word: string]: unknown
}

export interface Group {
  /** The column whose equal cells make a group. */
  by: string
  entity: string
  /** The reference of a line to its record. */
  parent: string
  columns: Plan['columns']
}

/** What a record's number is worked out of, over the lines of its group. */
export type OverLines = { sum: string[] } | { count: true }

const columnOf = (source: Plan['columns'][string]): string | null =>
  typeof source === 'string' ? source : typeof source.column === 'string' ? source.column : null

export function emptyPlan(suggestion: Partial<Plan>): Plan {
  const { entity: _entity, ...rest } = suggestion
  return { key: [], existing: 'update', rules: true, ...rest, columns: suggestion.columns ?? {} }
}

/** The field that a column goes to; null when it is left out. */
export function fieldOf(plan: Plan, column: string): string | null {
  const found = Object.entries(plan.columns).find(([, source]) => columnOf(source) === column)
  return found?.[0] ?? null
}

/** How a field is read; undefined when no column feeds it. */
export function sourceOf(plan: Plan, field: string): Source | undefined {
  const source = plan.columns[field]
  if (source === undefined) return undefined
  return typeof source === 'string' ? { column: source } : ({ ...source } as Source)
}

/** The plan with a column sent to a field (null: left out); a field takes one column, a column one field. */
export function assign(plan: Plan, column: string, field: string | null): Plan {
  const before = fieldOf(plan, column)
  if (before === field) return plan
  const columns = Object.fromEntries(Object.entries(plan.columns).filter(([key]) => key !== before && key !== field))
  if (field !== null) columns[field] = column
  const key = (plan.key ?? []).filter((one) => one in columns)
  return { ...plan, columns, key }
}

/** The plan with one word of a field's source changed; undefined takes the word away. */
export function tune(plan: Plan, field: string, change: Partial<Source>): Plan {
  const source = sourceOf(plan, field)
  if (!source) return plan
  const next = Object.fromEntries(Object.entries({ ...source, ...change }).filter(([, value]) => value !== undefined))
  const bare = Object.keys(next).length === 1 && typeof next.column === 'string'
  return { ...plan, columns: { ...plan.columns, [field]: bare ? (next.column as string) : next } }
}

export function toggleKey(plan: Plan, field: string): Plan {
  const key = plan.key ?? []
  return { ...plan, key: key.includes(field) ? key.filter((one) => one !== field) : [...key, field] }
}

// ---- groups: one row per line

/** Entities whose records may be lines of this one's, with the reference that binds them. */
export function lineEntities(entity: Entity, entities: Entity[]): { child: Entity; parent: Field }[] {
  return entities.flatMap((child) => {
    const parent = child.key === entity.key ? undefined : child.fields.find((field) => field.to === entity.key)
    return parent ? [{ child, parent }] : []
  })
}

/** The plan with its rows as lines; the column that feeds the key, or a unique field, makes the groups. */
export function startGroup(plan: Plan, entity: Entity, columns: string[], lines: Omit<Group, 'by'>): Plan {
  const keyed = [...(plan.key ?? []), ...entity.fields.filter((field) => field.unique).map((field) => field.key)]
  const field = keyed.find((key) => sourceOf(plan, key)?.column)
  const by = (field && sourceOf(plan, field)?.column) || columns[0] || ''
  return groupBy({ ...plan, group: { ...lines, by } }, by)
}

/** The column that makes the groups; the field that it feeds recognises the records. */
export function groupBy(plan: Plan, by: string): Plan {
  if (!plan.group) return plan
  const field = fieldOf(plan, by)
  return { ...plan, group: { ...plan.group, by }, key: field ? [field] : (plan.key ?? []) }
}

/** The plan with one record per row again; what was worked out over lines goes. */
export function endGroup(plan: Plan): Plan {
  const { group: _, ...rest } = plan
  const columns = Object.fromEntries(Object.entries(plan.columns).filter(([, source]) => !overLines(source)))
  return { ...rest, columns, key: (plan.key ?? []).filter((key) => key in columns) }
}

/** The lines of a plan as a plan of their own, so that the same steps change them. */
export const linesOf = (plan: Plan): Plan => ({ columns: plan.group?.columns ?? {} })

export const withLines = (plan: Plan, lines: Plan): Plan =>
  plan.group ? { ...plan, group: { ...plan.group, columns: lines.columns } } : plan

/** What a source works out over the lines; null for one that takes a cell. */
export function overLines(source: Plan['columns'][string] | undefined): OverLines | null {
  if (typeof source !== 'object') return null
  if (Array.isArray(source.sum)) return { sum: source.sum.map(String) }
  return source.count ? { count: true } : null
}

/** The plan with a field of the record worked out over its lines; null: not any more. */
export function workOut(plan: Plan, field: string, how: OverLines | null): Plan {
  const rest = Object.fromEntries(Object.entries(plan.columns).filter(([key]) => key !== field))
  return { ...plan, columns: how ? { ...rest, [field]: { ...how } } : rest }
}

/** The field of a line that takes its number within the group. */
export const positionOf = (plan: Plan): string | null =>
  Object.entries(linesOf(plan).columns).find(([, source]) => typeof source === 'object' && source.position)?.[0] ?? null

export function setPosition(plan: Plan, field: string | null): Plan {
  const { columns } = linesOf(plan)
  const rest = Object.fromEntries(Object.entries(columns).filter(([key]) => key !== positionOf(plan) && key !== field))
  return withLines(plan, { columns: field ? { ...rest, [field]: { position: true } } : rest })
}

/** A place of the plan (`columns.customer`, `group.columns.sku`) read in another way. */
export function tuneAt(plan: Plan, place: string, change: Partial<Source>): Plan {
  const field = place.split('.').at(-1) ?? ''
  return place.startsWith('group.') ? withLines(plan, tune(linesOf(plan), field, change)) : tune(plan, field, change)
}

/** Fields that a file can fill. */
export function importable(entity: Entity): Field[] {
  return entity.fields.filter((field) => !field.system && field.type !== 'files')
}

/** Fields by which people name a record of another entity: unique ones first, then texts. */
export function naturalKeys(entity: Entity): Field[] {
  const own = entity.fields.filter((field) => !field.system)
  const unique = own.filter((field) => field.unique)
  return [...unique, ...own.filter((field) => !field.unique && ['text', 'email', 'phone'].includes(field.type))]
}

/** Required fields that nothing feeds; `without`: the reference of a line to its record, which is there anyway. */
export function unfed(plan: Plan, entity: Entity, without?: string): Field[] {
  return importable(entity).filter((field) => field.required && field.key !== without && !(field.key in plan.columns))
}

/** What the server says about the plan: by field of the record or of its lines where it names one, else for all. */
export function planProblems(problem: ApiProblem | null) {
  const found = {
    general: [] as string[],
    byField: {} as Record<string, string[]>,
    byLine: {} as Record<string, string[]>,
  }
  for (const { field, message } of problem?.problems ?? []) {
    const place = /^(group\.)?columns\.([^.]+)/.exec(field ?? '')
    const of = place?.[1] ? found.byLine : found.byField
    const key = place?.[2]
    if (key) of[key] = [...(of[key] ?? []), message]
    else found.general.push(message)
  }
  if (problem && !problem.problems.length) found.general.push(problem.message)
  return found
}
