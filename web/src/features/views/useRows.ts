/** The rows of a grid, read page by page near the screen; pages that were left are given back. */
import { keepPreviousData, useQueries, useQuery } from '@tanstack/react-query'
import { useCallback, useMemo, useRef, useState } from 'react'
import { LIVE, outlineQuery, queryRecords } from '@/api/records'
import type { OutlineQuery, Page, RecordQuery, Row } from '@/api/types'
import { type Layout, layOut, lineAt, type PageRef, pagesNear } from '@/ui/grid/layout'

/** How long a page that is no longer near the screen is kept, in milliseconds. */
const KEEP = 8_000
/** Lines read ahead on each side of the screen. */
const AHEAD = 30
const STEP = 20
/** Rows of the first page, which is asked for before the outline says how large pages are: the server's own size. */
const PAGE = 100
/** Lines within which a move counts as scrolling by hand, and how long a longer flight is waited for, in milliseconds. */
const NEAR = 120
const LANDING = 60

export const pageKey = (entity: string) => [LIVE, 'page', entity]

export interface Rows {
  layout: Layout | undefined
  rowAt: (line: number) => Row | undefined
  onVisible: (first: number, last: number) => void
  error: unknown
  /** A newer answer is on the way; what is shown is the one before. */
  pending: boolean
  retry: () => void
}

export function useRows(entity: string, query: OutlineQuery, fields: string[], closed: (key: string) => boolean): Rows {
  const outline = useOutline(entity, query)
  const functions = useMemo(() => (query.totals ?? []).map((total) => total.function), [query.totals])
  const layout = useMemo(
    () => outline.data && layOut(outline.data, outline.data.groups[0]?.values.length ?? 0, closed, functions),
    [outline.data, closed, functions],
  )
  // While a new outline is on the way, the rows of the one that is shown stay.
  const shown = useRef(query)
  if (!outline.isPlaceholderData && outline.data) shown.current = query
  const asked = shown.current
  // The first rows need no outline: they come beside it.
  useQuery({ ...rowsQuery(entity, pageQuery(query, fields, TOP, PAGE)), enabled: !query.group?.length })
  const [[first, last], setRange] = useState<[number, number]>([0, 0])
  const near = useMemo(() => (layout ? pagesNear(layout, first, last, AHEAD) : []), [layout, first, last])
  const size = layout?.outline.page_size ?? 0
  const pages = useQueries({
    queries: near.map((ref) => rowsQuery(entity, pageQuery(asked, fields, ref, size))),
    combine: (results) => ({
      data: results.map((result): Page<Row> | undefined => result.data),
      error: results.find((result) => result.error)?.error ?? null,
    }),
  })
  const byPage = useMemo(
    () => new Map(near.map((ref, index) => [`${ref.group}/${ref.page}`, pages.data[index]?.items])),
    [near, pages.data],
  )
  const rowAt = useCallback(
    (line: number) => {
      const at = layout && lineAt(layout, line)
      return at?.kind === 'row' ? byPage.get(`${at.group}/${at.page}`)?.[at.offset] : undefined
    },
    [layout, byPage],
  )
  const held = useRef({ timer: 0, from: 0 })
  const onVisible = useCallback((from: number, to: number) => {
    clearTimeout(held.current.timer)
    // Scrolling by hand reads at once; a flight over thousands of lines reads where it lands.
    const near = Math.abs(from - held.current.from) <= NEAR
    held.current.from = from
    // In steps, so that the page is not drawn anew for every line that passes.
    const [low, high] = [from - (from % STEP), to - (to % STEP) + STEP]
    const set = () => setRange((known) => (known[0] === low && known[1] === high ? known : [low, high]))
    if (near) set()
    else held.current.timer = window.setTimeout(set, LANDING)
  }, [])
  return {
    layout,
    rowAt,
    onVisible,
    error: outline.error ?? pages.error,
    pending: outline.isPlaceholderData || (outline.isFetching && !outline.data),
    retry: () => void outline.refetch(),
  }
}

/**
 * The outline in two steps: counts and groups at once, the anchors of all pages after them, where there are further
 * pages. Over many rows anchors take several times as long, and what is on the screen first needs none.
 */
function useOutline(entity: string, query: OutlineQuery) {
  const quick = useQuery({ ...outlineQuery(entity, { ...query, anchors: false }), placeholderData: keepPreviousData })
  const counted = quick.isPlaceholderData ? undefined : quick.data
  const further = counted?.groups.some((group) => group.count > counted.page_size) ?? false
  const whole = useQuery({ ...outlineQuery(entity, query), enabled: further })
  return {
    data: (further && whole.data) || quick.data,
    isPlaceholderData: quick.isPlaceholderData,
    isFetching: quick.isFetching,
    error: quick.error ?? whole.error,
    refetch: () => Promise.all([quick.refetch(), further && whole.refetch()]),
  }
}

const TOP: PageRef = { group: 0, page: 0, values: [], after: null }

function rowsQuery(entity: string, ask: RecordQuery) {
  return {
    queryKey: [...pageKey(entity), ask],
    queryFn: ({ signal }: { signal: AbortSignal }) => queryRecords(entity, ask, signal),
    gcTime: KEEP,
    staleTime: 30_000,
  }
}

function pageQuery(query: OutlineQuery, fields: string[], ref: PageRef, limit: number): RecordQuery {
  return {
    filter: query.filter,
    search: query.search,
    sort: query.sort,
    fields,
    group: (query.group ?? []).map((field, index) => ({ field, value: ref.values[index] ?? null })),
    after: ref.after,
    limit,
  }
}
