/** What a view shows, and how each act of building changes it. Pure; every act gives a new content. */

import { titleField } from '@/api/model'
import type { Entity, Sort, Total, TotalFunction, ViewContent } from '@/api/types'
import { put } from '@/ui/drag/ids'

export const ZONES = ['columns', 'group', 'sort', 'filter', 'totals'] as const
export type ZoneName = (typeof ZONES)[number]

const FIRST_COLUMNS = 7

/** What is shown of an entity before anybody has drawn a view: its title and its first fields. */
export function firstContent(entity: Entity): ViewContent {
  const shown = entity.fields.filter((field) => !field.system && field.type !== 'files' && field.type !== 'longtext')
  const title = titleField(entity)
  const keys = [...new Set([...(title ? [title] : []), ...shown.map((field) => field.key)])]
  return {
    columns: keys.slice(0, FIRST_COLUMNS).map((field) => ({ field })),
    filter: null,
    sort: [],
    group: [],
    totals: [],
  }
}

/** Fills what an older or hand-written content leaves out. */
export function whole(content: Partial<ViewContent> | null | undefined, entity: Entity): ViewContent {
  if (!content?.columns) return firstContent(entity)
  return {
    columns: content.columns,
    filter: content.filter ?? null,
    sort: content.sort ?? [],
    group: content.group ?? [],
    totals: content.totals ?? [],
  }
}

/** Lists keyed by field: the member keeps what it had when it only moves. */
function putMember<T extends { field: string }>(list: T[], made: T, before: string | null): T[] {
  const known = list.find((one) => one.field === made.field) ?? made
  const order = put(
    list.map((one) => one.field),
    made.field,
    before,
  )
  return order
    .map((field) => (field === made.field ? known : list.find((one) => one.field === field)))
    .filter((one) => one !== undefined)
}

export interface Placing {
  path: string
  numeric: boolean
  before?: string | null
}

/** Puts a field into a zone. The filter has its own editor and is not placed here. */
export function place(content: ViewContent, zone: ZoneName, { path, numeric, before = null }: Placing): ViewContent {
  switch (zone) {
    case 'columns':
      return { ...content, columns: putMember(content.columns, { field: path }, before) }
    case 'group':
      return { ...content, group: put(content.group, path, before).slice(-3) }
    case 'sort':
      return { ...content, sort: putMember<Sort>(content.sort, { field: path, descending: numeric }, before) }
    case 'totals':
      return {
        ...content,
        totals: putMember<Total>(content.totals, { field: path, function: numeric ? 'sum' : 'count' }, before),
      }
    case 'filter':
      return content
  }
}

export function remove(content: ViewContent, zone: ZoneName, path: string): ViewContent {
  const others = <T extends { field: string }>(list: T[]) => list.filter((one) => one.field !== path)
  switch (zone) {
    case 'columns':
      return { ...content, columns: others(content.columns) }
    case 'group':
      return { ...content, group: content.group.filter((one) => one !== path) }
    case 'sort':
      return { ...content, sort: others(content.sort) }
    case 'totals':
      return { ...content, totals: others(content.totals) }
    case 'filter':
      return content
  }
}

/** A click on a column's head: ascending, descending, as before. */
export function toggleSort(content: ViewContent, path: string): ViewContent {
  const held = content.sort.find((one) => one.field === path)
  if (!held) return { ...content, sort: [{ field: path, descending: false }] }
  if (!held.descending) return { ...content, sort: [{ field: path, descending: true }] }
  return { ...content, sort: content.sort.filter((one) => one.field !== path) }
}

export function setSort(content: ViewContent, path: string, descending: boolean): ViewContent {
  const known = content.sort.some((one) => one.field === path)
  const sort = known
    ? content.sort.map((one) => (one.field === path ? { ...one, descending } : one))
    : [...content.sort, { field: path, descending }]
  return { ...content, sort }
}

export function setTotal(content: ViewContent, path: string, how: TotalFunction): ViewContent {
  const known = content.totals.some((one) => one.field === path)
  const totals = known
    ? content.totals.map((one) => (one.field === path ? { ...one, function: how } : one))
    : [...content.totals, { field: path, function: how }]
  return { ...content, totals }
}

export function setWidth(content: ViewContent, path: string, width: number): ViewContent {
  return { ...content, columns: content.columns.map((one) => (one.field === path ? { ...one, width } : one)) }
}

/** Steps a column to the left (-1) or right (1). */
export function stepColumn(content: ViewContent, path: string, by: -1 | 1): ViewContent {
  const from = content.columns.findIndex((one) => one.field === path)
  const to = from + by
  const columns = [...content.columns]
  const [held] = columns.splice(from, 1)
  if (!held || to < 0 || to > columns.length) return content
  columns.splice(to, 0, held)
  return { ...content, columns }
}

/** Whether a field is used anywhere in the view. */
export function uses(content: ViewContent, path: string): boolean {
  const lists = [content.columns, content.sort, content.totals]
  return content.group.includes(path) || lists.some((list) => list.some((one) => one.field === path))
}
