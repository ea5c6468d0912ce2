/**
 * Where each line of a grid stands, worked out from an outline: group headers, and rows that are read page by page.
 *
 * Holds no rows: only counts and anchors. Line numbers start at 0.
 */
import type { Outline, OutlineGroup, TotalFunction, Value } from '@/api/types'
import { compare, parseDecimal, sumTexts } from '@/values/decimal'

export interface GroupNode {
  key: string
  depth: number
  value: Value
  label: string
  count: number
  totals: (string | null)[]
  open: boolean
}

export type Line =
  | { kind: 'group'; node: GroupNode }
  | { kind: 'row'; group: number; page: number; offset: number; position: number }

interface Segment {
  start: number
  length: number
  node?: GroupNode
  group: number
}

export interface Layout {
  outline: Outline
  segments: Segment[]
  lines: number
}

/** Adds the totals of two groups; an average of averages would be wrong, so it is left out. */
function merge(a: string | null, b: string | null, how: TotalFunction): string | null {
  if (how === 'avg') return null
  if (a === null || b === null) return a ?? b
  if (how === 'sum' || how === 'count') return sumTexts([a, b])
  const [left, right] = [parseDecimal(a), parseDecimal(b)]
  if (!left || !right) return (how === 'min') === a < b ? a : b
  return (how === 'min') === compare(left, right) < 0 ? a : b
}

const keyOf = (values: Value[], depth: number) => JSON.stringify(values.slice(0, depth + 1))

function parentOf(groups: OutlineGroup[], from: number, depth: number, functions: TotalFunction[]) {
  const first = groups[from]
  const key = first ? keyOf(first.values, depth) : ''
  let count = 0
  let totals = first?.totals ?? []
  for (let at = from; at < groups.length; at += 1) {
    const group = groups[at]
    if (!group || keyOf(group.values, depth) !== key) break
    count += group.count
    if (at > from) totals = totals.map((total, i) => merge(total, group.totals[i] ?? null, functions[i] ?? 'sum'))
  }
  return { key, count, totals }
}

/**
 * Lays out an outline. `closed` says which group headers are folded (their keys), `functions` how the totals were
 * computed, so that those of outer groups can be put together from the inner ones.
 */
export function layOut(
  outline: Outline,
  depths: number,
  closed: (key: string) => boolean,
  functions: TotalFunction[],
): Layout {
  const segments: Segment[] = []
  let lines = 0
  const push = (length: number, group: number, node?: GroupNode) => {
    if (length > 0) segments.push({ start: lines, length, group, node })
    lines += length
  }
  outline.groups.forEach((group, index) => {
    const before = outline.groups[index - 1]
    let hidden = false
    for (let depth = 0; depth < depths && !hidden; depth += 1) {
      const key = keyOf(group.values, depth)
      const open = !closed(key)
      if (!before || keyOf(before.values, depth) !== key) {
        const leaf = depth === depths - 1
        const sums = leaf ? group : parentOf(outline.groups, index, depth, functions)
        push(1, index, {
          key,
          depth,
          open,
          value: group.values[depth] ?? null,
          label: group.labels[depth] ?? '',
          count: sums.count,
          totals: sums.totals,
        })
      }
      hidden = !open
    }
    if (!hidden) push(group.count, index)
  })
  return { outline, segments, lines }
}

function segmentAt(layout: Layout, line: number): Segment | undefined {
  let low = 0
  let high = layout.segments.length - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    const segment = layout.segments[middle]
    if (!segment) return undefined
    if (line < segment.start) high = middle - 1
    else if (line >= segment.start + segment.length) low = middle + 1
    else return segment
  }
  return undefined
}

/** What stands on a line; undefined beyond the end. */
export function lineAt(layout: Layout, line: number): Line | undefined {
  const segment = segmentAt(layout, line)
  if (!segment) return undefined
  if (segment.node) return { kind: 'group', node: segment.node }
  const position = line - segment.start
  const size = layout.outline.page_size
  return { kind: 'row', group: segment.group, page: Math.floor(position / size), offset: position % size, position }
}

export interface PageRef {
  group: number
  page: number
  after: string | null
  values: Value[]
}

/**
 * The pages that the lines `first` to `last` (both included) need, with a margin on each side; those whose anchor is not
 * known yet are left out.
 */
export function pagesNear(layout: Layout, first: number, last: number, margin: number): PageRef[] {
  const refs = new Map<string, PageRef>()
  const end = Math.min(layout.lines - 1, last + margin)
  let line = Math.max(0, first - margin)
  while (line <= end) {
    const segment = segmentAt(layout, line)
    if (!segment) break
    if (segment.node) {
      line += 1
      continue
    }
    const at = lineAt(layout, line)
    const group = layout.outline.groups[segment.group]
    if (at?.kind === 'row' && group) {
      const after = group.anchors[at.page]
      if (after !== undefined)
        refs.set(`${at.group}/${at.page}`, { group: at.group, page: at.page, after, values: group.values })
      line = Math.min(segment.start + (at.page + 1) * layout.outline.page_size, segment.start + segment.length)
    }
  }
  return [...refs.values()]
}
