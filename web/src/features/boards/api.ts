/** Boards: the stages of a pipeline, the cards in them, and moving one. */
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { get } from '@/api/client'
import { drawnListQuery } from '@/api/drawn'
import { LIVE, outlineQuery, queryRecords } from '@/api/records'
import type { Labels, LanguageText, Row, Total } from '@/api/types'

export interface Gate {
  condition: LanguageText
  message: Labels
  fields: string[]
}

export interface PipelineContent {
  stage_field: string
  stages: { value: string; gates?: Gate[] }[]
  allow_skip: boolean
  allow_return: boolean
}

export interface BoardColumn {
  value: string | null
  labels: Labels
  color: string | null
  count: number
  items: Row[]
  next: string | null
}

export interface Board {
  pipeline: string
  name: string
  entity: string
  stage_field: string
  columns: BoardColumn[]
}

export const pipelinesQuery = drawnListQuery<PipelineContent>('pipelines')

export function boardQuery(pipeline: string) {
  return queryOptions({
    queryKey: [LIVE, 'board', pipeline],
    queryFn: ({ signal }) => get<Board>(`/boards/${pipeline}`, { signal, query: { limit: 1 } }),
  })
}

/** Counts and totals of each stage; with a search, of what it finds. */
export function totalsQuery(board: Board, search: string, field: string | null) {
  const totals: Total[] = field ? [{ field, function: 'sum' }] : []
  return outlineQuery(board.entity, { search: search || undefined, group: [board.stage_field], totals, anchors: false })
}

/** The cards of one stage, the latest changed first, page by page. */
export function cardsQuery(board: Board, stage: string | null, search: string) {
  return infiniteQueryOptions({
    queryKey: [LIVE, 'cards', board.entity, board.stage_field, stage, search],
    initialPageParam: '',
    queryFn: ({ signal, pageParam }) =>
      queryRecords(
        board.entity,
        {
          group: [{ field: board.stage_field, value: stage }],
          sort: [{ field: 'updated_at', descending: true }],
          search: search || undefined,
          after: pageParam || undefined,
          limit: 40,
        },
        signal,
      ),
    getNextPageParam: (last) => last.next,
  })
}
