/** What a card shows, and what a refused move asks for. */

import { titleField } from '@/api/model'
import type { ApiProblem } from '@/api/problem'
import type { Entity, Field, Labels, Row, Values } from '@/api/types'
import type { PipelineContent } from './api'

/** Lanes are named by their value; records without a stage have a lane of their own. */
export const NO_STAGE = '\u0000none'
export const laneOf = (value: string | null | undefined) => value ?? NO_STAGE
export const stageOf = (lane: string) => (lane === NO_STAGE ? null : lane)

const own = (entity: Entity) => entity.fields.filter((field) => !field.system)

/** Numbers that can be summed above a column, the likeliest first. */
export function sumFields(entity: Entity): Field[] {
  return own(entity).filter((field) => field.type === 'number')
}

/** The fields of a card below its title: whose it is, how much, how urgent, when. */
export function cardFields(entity: Entity, stageField: string): Field[] {
  const title = titleField(entity)
  const rest = own(entity).filter((field) => field.key !== title && field.key !== stageField)
  const first = (fits: (field: Field) => boolean) => rest.find(fits)
  const found = [
    first((field) => field.type === 'reference'),
    first((field) => field.type === 'number'),
    first((field) => field.type === 'choice' && field.options.some((option) => option.color)),
    first((field) => field.type === 'date' || field.type === 'datetime'),
    first((field) => field.type === 'user'),
  ]
  return found.filter((field) => field !== undefined)
}

export interface Need {
  message: string
  /** Keys of the fields that can be filled in to meet it; empty when none can. */
  fields: string[]
}

/** Everything a refused move asks for, in the server's words, with the fields that the gates name. */
export function needsOf(problem: ApiProblem, pipeline: PipelineContent | null): Need[] {
  const gates = pipeline?.stages.flatMap((stage) => stage.gates ?? []) ?? []
  const stageField = pipeline?.stage_field
  return problem.problems.map(({ message, field }) => {
    const gate = gates.find((one) => wordsOf(one.message).includes(message))
    const named = gate?.fields.length ? gate.fields : field && field !== stageField ? [field] : []
    return { message, fields: named }
  })
}

const wordsOf = (labels: Labels): (string | undefined)[] => Object.values(labels)

/** Whether something was filled in for every need that can be met here. */
export function isMet(need: Need, values: Values): boolean {
  return need.fields.every((key) => {
    const value = values[key]
    return value !== null && value !== undefined && value !== '' && !(Array.isArray(value) && !value.length)
  })
}

/** The stage after a card's own, for "one step at a time"; null at the end. */
export function nextStage(pipeline: PipelineContent | null, stage: string | null): string | null {
  const at = pipeline?.stages.findIndex((one) => one.value === stage) ?? -1
  return pipeline?.stages[at + 1]?.value ?? null
}

export interface Move {
  row: Row
  from: string
  to: string
}

/** The cards of a lane while moves are on their way: those that left are gone, those that arrived stand on top. */
export function laneCards(rows: Row[], lane: string, moves: Move[]): Row[] {
  const moved = new Set(moves.map((move) => move.row.id))
  const arrived = moves.filter((move) => move.to === lane).map((move) => move.row)
  return [...arrived, ...rows.filter((row) => !moved.has(row.id))]
}

/** How a lane's count changes by moves on their way. */
export function shift(lane: string, moves: Move[]): number {
  return moves.filter((one) => one.to === lane).length - moves.filter((one) => one.from === lane).length
}
