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
  /** What this page does not draw (groups of lines, rows to skip) is kept as it stands. */
  [word: string]: unknown
}

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

/** Required fields that no column feeds. */
export function unfed(plan: Plan, entity: Entity): Field[] {
  return importable(entity).filter((field) => field.required && !(field.key in plan.columns))
}

/** What the server says about the plan: by field where it names one, else for the whole. */
export function planProblems(problem: ApiProblem | null): { general: string[]; byField: Record<string, string[]> } {
  const found = { general: [] as string[], byField: {} as Record<string, string[]> }
  for (const { field, message } of problem?.problems ?? []) {
    const key = /^columns\.([^.]+)/.exec(field ?? '')?.[1]
    if (key) found.byField[key] = [...(found.byField[key] ?? []), message]
    else found.general.push(message)
  }
  if (problem && !problem.problems.length) found.general.push(problem.message)
  return found
}
