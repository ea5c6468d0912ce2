/** Moving cards: shown at once, taken back when the server refuses, with everything that is missing. */
import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useState } from 'react'
import { ApiProblem } from '@/api/problem'
import { etagOf, LIVE, updateRecord } from '@/api/records'
import type { Row, Values } from '@/api/types'
import { useTexts } from '@/locales/i18n'
import { toast } from '@/ui/toasts'
import type { Board } from './api'
import { type Move, stageOf } from './model'

export interface Refusal {
  move: Move
  problem: ApiProblem
}

export interface Moves {
  /** On their way to the server. */
  pending: Move[]
  refusal: Refusal | null
  dismiss: () => void
  move: (row: Row, from: string, to: string, more?: Values) => Promise<void>
}

export function useMoves(board: Board, titleOf: (row: Row) => string, stageLabel: (lane: string) => string): Moves {
  const { t } = useTexts('boards')
  const client = useQueryClient()
  const [pending, setPending] = useState<Move[]>([])
  const [refusal, setRefusal] = useState<Refusal | null>(null)

  const move = useCallback(
    async (row: Row, from: string, to: string, more: Values = {}) => {
      const own: Move = { row, from, to }
      setPending((moves) => [...moves.filter((one) => one.row.id !== row.id), own])
      const names = { card: titleOf(row), stage: stageLabel(to) }
      try {
        const values = { ...more, [board.stage_field]: stageOf(to) }
        const { data } = await updateRecord(board.entity, row.id, values, etagOf(row.version))
        setRefusal(null)
        const fired = data.firings.length
        const text = fired ? t('movedFired', { ...names, count: fired }) : t('moved', names)
        toast({ text, action: { label: t('app:undo'), run: () => void move(data.record, to, from) } })
        await client.invalidateQueries({ queryKey: [LIVE] })
      } catch (error) {
        if (error instanceof ApiProblem && error.status === 422) setRefusal({ move: own, problem: error })
        else if (error instanceof ApiProblem && error.stale) {
          toast({ text: t('stale', names), tone: 'bad' })
          await client.invalidateQueries({ queryKey: [LIVE] })
        } else
          toast({
            text: error instanceof ApiProblem && !error.offline ? error.message : t('notMoved', names),
            tone: 'bad',
          })
      } finally {
        setPending((moves) => moves.filter((one) => one !== own))
      }
    },
    [board, client, t, titleOf, stageLabel],
  )
  const dismiss = useCallback(() => setRefusal(null), [])
  return { pending, refusal, dismiss, move }
}
