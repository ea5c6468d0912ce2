import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { useCallback, useMemo, useState } from 'react'
import { useSettled } from '@/api/language'
import { entitiesQuery, labelOf, titleOf } from '@/api/model'
import { useMay } from '@/api/session'
import type { Drawn, Entity, Row } from '@/api/types'
import { useTexts } from '@/locales/i18n'
import { LinkButton } from '@/ui/Button'
import { BoardRoom } from '@/ui/board/BoardRoom'
import { Empty } from '@/ui/Empty'
import { SearchInput } from '@/ui/Inputs'
import { Lost } from '@/ui/Lost'
import { ProblemNote } from '@/ui/ProblemNote'
import { Select } from '@/ui/Select'
import { Top } from '@/ui/Top'
import { type Board, boardQuery, cardsQuery, type PipelineContent, pipelinesQuery, totalsQuery } from './api'
import { CardFace, CardGhosts, Column, type Stage } from './Column'
import { GatePanel } from './GatePanel'
import { cardFields, laneOf, sumFields } from './model'
import { useMoves } from './useMoves'
import './boards.css'

/** Which pipeline is shown, and its board. */
export default function BoardPage() {
  const { t, language } = useTexts('boards')
  const { pipeline: wanted } = useParams({ strict: false }) as { pipeline?: string }
  const navigate = useNavigate()
  const mayDraw = useMay('administrator')
  const pipelines = useQuery(pipelinesQuery)
  const entities = useQuery(entitiesQuery)
  const live = (pipelines.data ?? []).filter((one) => one.published_version !== null)
  const chosen = live.find((one) => one.id === wanted || one.key === wanted) ?? (wanted ? undefined : live[0])
  const board = useQuery({ ...boardQuery(chosen?.id ?? ''), enabled: Boolean(chosen) })
  const entity = entities.data?.find((one) => one.key === board.data?.entity)
  const error = pipelines.error ?? entities.error ?? board.error
  const switcher = live.length > 1 && (
    <Select
      label={t('pipeline')}
      value={chosen?.id ?? null}
      choices={live.map((one) => ({ value: one.id, label: labelOf(one, language) }))}
      onChange={(id) => id && void navigate({ to: `/boards/${id}` })}
    />
  )
  if (board.data && entity && chosen) {
    return (
      <BoardView key={board.data.pipeline} board={board.data} entity={entity} pipeline={chosen} switcher={switcher} />
    )
  }
  if (!error && (!pipelines.data || chosen)) {
    return (
      <>
        <Top title={chosen ? labelOf(chosen, language) : t('rail')}>{switcher}</Top>
        <BoardGhost />
      </>
    )
  }
  return (
    <>
      <Top title={t('rail')}>{switcher}</Top>
      <div className="page">
        {error && <ProblemNote error={error} onRetry={() => void board.refetch()} />}
        {!error && live.length > 0 && !chosen && <Lost to="/boards" way={t('back')} />}
        {!error && pipelines.data && live.length === 0 && (
          <Empty
            icon="board"
            title={t('none')}
            action={
              mayDraw && (
                <LinkButton to="/apps" tone="primary">
                  {t('toApps')}
                </LinkButton>
              )
            }
          >
            {t('noneText')}
          </Empty>
        )}
      </div>
    </>
  )
}

/** The lanes of a board before it is known which there are. */
function BoardGhost() {
  return (
    <div className="board" aria-busy="true">
      {[0, 1, 2, 3, 4].map((lane) => (
        <div key={lane} className="lane">
          <div className="lane-head">
            <i className="ghost-line" />
            <span className="lane-total">&nbsp;</span>
          </div>
          <CardGhosts />
        </div>
      ))}
    </div>
  )
}

interface ViewProps {
  board: Board
  entity: Entity
  pipeline: Drawn<PipelineContent>
  switcher: React.ReactNode
}

function BoardView({ board, entity, pipeline, switcher }: ViewProps) {
  const { t, language } = useTexts('boards')
  const client = useQueryClient()
  const [typed, setTyped] = useState('')
  const search = useSettled(typed.trim(), 200)
  const sums = useMemo(() => sumFields(entity), [entity])
  const [sum, setSum] = useState<string | null>(sums[0]?.key ?? null)
  const stages = useMemo<Stage[]>(
    () =>
      board.columns.map((column) => ({
        lane: laneOf(column.value),
        label: column.value === null ? t('noStage') : labelOf({ labels: column.labels, value: column.value }, language),
        color: column.color,
      })),
    [board.columns, language, t],
  )
  const stageLabel = useCallback((lane: string) => stages.find((one) => one.lane === lane)?.label ?? lane, [stages])
  const cardTitle = useCallback((row: Row) => titleOf(entity, row), [entity])
  const moves = useMoves(board, cardTitle, stageLabel)
  const fields = useMemo(() => cardFields(entity, board.stage_field), [entity, board.stage_field])
  const totals = useQuery(totalsQuery(board, search, sum)).data
  const find = (id: string): Row | undefined =>
    board.columns
      .flatMap((column) => client.getQueryData(cardsQuery(board, column.value, search).queryKey)?.pages ?? [])
      .flatMap((page) => page.items)
      .find((row) => row.id === id)
  const sumField = sums.find((field) => field.key === sum) ?? null
  return (
    <>
      <Top title={labelOf(pipeline, language)}>
        {switcher}
        <span className="board-search">
          <SearchInput value={typed} onChange={setTyped} label={t('search')} />
        </span>
        {sums.length > 1 && (
          <span className="board-sum">
            <Select
              label={t('sumOf')}
              value={sum}
              choices={sums.map((field) => ({
                value: field.key,
                label: t('sum', { field: labelOf(field, language) }),
              }))}
              onChange={setSum}
            />
          </span>
        )}
      </Top>
      <BoardRoom
        laneLabel={stageLabel}
        onDrop={({ card, from }, to) => {
          const row = find(card)
          if (row) void moves.move(row, from, to)
        }}
        overlay={(id) => {
          const row = find(id)
          return row ? (
            <div className="board-card carried">
              <CardFace entity={entity} row={row} fields={fields} />
            </div>
          ) : null
        }}
      >
        <div className="board" tabIndex={-1}>
          {board.columns.map((column, at) => {
            const stage = stages[at]
            const group = totals?.groups.find((one) => (one.values[0] ?? null) === column.value)
            return stage ? (
              <Column
                key={stage.lane}
                board={board}
                column={column}
                entity={entity}
                stages={stages}
                stage={stage}
                fields={fields}
                moves={moves}
                search={search}
                count={totals ? (group?.count ?? 0) : column.count}
                total={group?.totals[0] ?? null}
                sumField={sumField}
              />
            ) : null
          })}
        </div>
      </BoardRoom>
      {moves.refusal && (
        <GatePanel
          key={moves.refusal.move.row.id + moves.refusal.move.to}
          refusal={moves.refusal}
          moves={moves}
          entity={entity}
          pipeline={pipeline.content}
          title={cardTitle(moves.refusal.move.row)}
          stageLabel={stageLabel}
        />
      )}
    </>
  )
}
