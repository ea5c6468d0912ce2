/** Imports on the server. */
import { queryOptions } from '@tanstack/react-query'
import { get, post, ROOT, request } from '@/api/client'
import type { Page, Values } from '@/api/types'
import type { Plan } from './plan'

export type ImportStatus =
  | 'uploaded'
  | 'planned'
  | 'checking'
  | 'checked'
  | 'running'
  | 'stopping'
  | 'done'
  | 'partial'
  | 'failed'
  | 'stopped'
  | 'interrupted'

/** What a run did, in numbers of rows and records. */
export interface Tally {
  rows: number
  skipped: number
  left_out: number
  created: number
  updated: number
  unchanged: number
  lines: number
  reasons: Record<string, number>
  empty: Record<string, number>
  made: Record<string, number>
  /** Rows whose record is not there, by place in the plan: `columns.customer`. */
  unknown: Record<string, number>
  dry?: boolean
}

export interface Import {
  id: string
  entity: string
  name: string
  status: ImportStatus
  columns: string[]
  format: string
  encoding: string
  sheet: string | null
  sheets: string[]
  sample?: string[][]
  suggestion: Partial<Plan>
  /** For each entity that may be the file's lines: the reference that binds them, and a beginning of its columns. */
  line_suggestions: Record<string, { parent: string; columns: Plan['columns'] }>
  plan: Plan | null
  rows_done: number
  rows_total: number | null
  report: Partial<Tally> | null
  errors: string[]
  date_formats: string[]
}

export interface RowProblem {
  row: number
  column: string | null
  code: string
  message: string
}

export interface PreviewRow {
  row: number
  /** Rows of the file that make it. */
  rows: number
  /** Whether a record with this key is there already. */
  known: boolean
  values: Values
  lines: { row: number; values: Values }[]
}

export interface PlanPreview {
  rows: PreviewRow[]
  problems: RowProblem[]
}

/** The code of a row that names a record which is not there. */
export const REFERENCE_MISSING = 'import-reference-missing'

export const WORKING: ImportStatus[] = ['checking', 'running', 'stopping']

export const importsQuery = queryOptions({
  queryKey: ['imports'],
  queryFn: ({ signal }) => get<Page<Import>>('/imports', { signal, query: { limit: 20 } }),
})

/** One import; asked for again while it works. */
export function importQuery(id: string) {
  return queryOptions({
    queryKey: ['import', id],
    queryFn: ({ signal }) => get<Import>(`/imports/${id}`, { signal }),
    refetchInterval: ({ state }) => (state.data && WORKING.includes(state.data.status) ? 600 : false),
  })
}

export function problemsQuery(id: string, status: ImportStatus) {
  return queryOptions({
    queryKey: ['import', id, 'problems', status],
    // Checked again with another plan, the rows left out are others.
    gcTime: 0,
    queryFn: ({ signal }) => get<Page<RowProblem>>(`/imports/${id}/problems`, { signal, query: { limit: 100 } }),
  })
}

export async function upload(file: File, entity: string, how: { encoding?: string; sheet?: string }): Promise<Import> {
  const form = new FormData()
  form.append('file', file)
  return (await request<Import>('POST', '/imports', { form, query: { entity, ...how } })).data
}

export const sendPlan = (id: string, plan: Plan, signal?: AbortSignal) =>
  request<PlanPreview>('PUT', `/imports/${id}/plan`, { body: { plan }, signal }).then((answer) => answer.data)

export const check = (id: string) => post<Import>(`/imports/${id}/check`, {})
export const run = (id: string) => post<Import>(`/imports/${id}/run`, {})
export const stop = (id: string) => post<null>(`/imports/${id}/stop`, {})
export const reportAddress = (id: string, language: string) => `${ROOT}/imports/${id}/report.csv?language=${language}`
