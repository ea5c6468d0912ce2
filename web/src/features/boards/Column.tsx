import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useCallback } from 'react'
import { labelOf, titleOf } from '@/api/model'
import type { Entity, Field, Row } from '@/api/types'
import { fieldType } from '@/fields/registry'
import { useTexts } from '@/locales/i18n'
import { IconButton } from '@/ui/Button'
import { Card, Lane } from '@/ui/board/BoardRoom'
import { Menu } from '@/ui/Menu'
import { ProblemNote } from '@/ui/ProblemNote'
import { VirtualList } from '@/ui/VirtualList'
import { formatDecimal } from '@/values/decimal'
import { type Board, type BoardColumn, cardsQuery } from './api'
import { laneCards, laneOf, shift } from './model'
import type { Moves } from './useMoves'

export interface Stage {
  lane: string
  label: string
  color: string | null
}

interface ColumnProps {
  board: Board
  column: BoardColumn
  entity: Entity
  stages: Stage[]
  stage: Stage
  fields: Field[]
  moves: Moves
  search: string
  count: number
  total: string | null
  sumField: Field | null
}

/** One stage: how many cards, how much together, and the cards. */
export function Column(props: ColumnProps) {
  const { board, column, stage, moves, search, count, total, sumField } = props
  const { t, tag, language } = useTexts('boards')
  const cards = useInfiniteQuery(cardsQuery(board, column.value, search))
  const rows = laneCards(cards.data?.pages.flatMap((page) => page.items) ?? [], laneOf(column.value), moves.pending)
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = cards
  const onEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage()
  }, [hasNextPage, isFetchingNextPage, fetchNextPage])
  const shown = count + shift(stage.lane, moves.pending)
  return (
    <Lane lane={stage.lane} label={t('column', { stage: stage.label, count: shown })}>
      <header className="lane-head">
        <h2>
          <i className={`lane-dot tag ${stage.color ?? ''}`} aria-hidden="true" />
          {stage.label}
        </h2>
        <span className="lane-count num">{formatDecimal(String(shown), tag)}</span>
        {sumField && (
          <span className="lane-total num" title={labelOf(sumField, language)}>
            {formatDecimal(total ?? '0', tag)}
          </span>
        )}
      </header>
      {cards.error && <ProblemNote error={cards.error} onRetry={() => void cards.refetch()} />}
      {!cards.data && !cards.error && <CardGhosts />}
      {cards.data && rows.length === 0 && <p className="lane-empty">{search ? t('nothingFound') : t('emptyStage')}</p>}
      {rows.length > 0 && (
        <VirtualList count={rows.length} size={112} label={stage.label} onEnd={onEnd}>
          {(at) => {
            const row = rows[at]
            return row ? <CardBox {...props} row={row} /> : null
          }}
        </VirtualList>
      )}
    </Lane>
  )
}

/** Cards that are on their way. */
export function CardGhosts() {
  return (
    <div className="card-ghosts" aria-hidden="true">
      {[0, 1, 2].map((card) => (
        <div key={card} className="board-card">
          <i className="ghost-line" />
          <i className="ghost-line" />
        </div>
      ))}
    </div>
  )
}

function CardBox({ row, ...props }: ColumnProps & { row: Row }) {
  const { t } = useTexts('boards')
  const { entity, stages, stage, fields, moves } = props
  const title = titleOf(entity, row)
  const busy = moves.pending.some((move) => move.row.id === row.id)
  const items = stages
    .filter((one) => one.lane !== stage.lane)
    .map((one) => ({ key: one.lane, label: one.label, onPick: () => void moves.move(row, stage.lane, one.lane) }))
  return (
    <Card card={row.id} lane={stage.lane} label={title} busy={busy}>
      <CardFace entity={entity} row={row} fields={fields} link />
      <span className="board-menu">
        <Menu items={items}>
          <IconButton small icon="more" label={t('moveTo', { card: title })} />
        </Menu>
      </span>
    </Card>
  )
}

/** What a card looks like, also while it is carried. */
export function CardFace({ entity, row, fields, link }: { entity: Entity; row: Row; fields: Field[]; link?: boolean }) {
  const { language } = useTexts()
  const title = titleOf(entity, row)
  return (
    <>
      <p className="board-title">
        {link ? (
          <Link to={`/records/${entity.key}/${row.id}`} draggable={false}>
            {title}
          </Link>
        ) : (
          title
        )}
      </p>
      <dl className="board-facts">
        {fields.map((field) => {
          const value = row.values[field.key]
          if (value === null || value === undefined) return null
          const { Cell } = fieldType(field.type)
          return (
            <div key={field.key} className={`fact-${field.type}`} title={labelOf(field, language)}>
              <dt className="sr">{labelOf(field, language)}</dt>
              <dd>
                <Cell field={field} value={value} title={row.titles[field.key]} row={row} />
              </dd>
            </div>
          )
        })}
      </dl>
    </>
  )
}
