import { describe, expect, it } from 'vitest'
import { ApiProblem } from '@/api/problem'
import type { Row } from '@/api/types'
import { customer } from '@/test/model'
import type { PipelineContent } from './api'
import { cardFields, isMet, laneCards, laneOf, NO_STAGE, needsOf, nextStage, shift, stageOf } from './model'

const row = (id: string): Row => ({ id, version: 1, values: {}, titles: {} })
const condition = { text: 'photos is not empty', language: 'en' as const }
const pipeline: PipelineContent = {
  stage_field: 'stage',
  allow_skip: false,
  allow_return: true,
  stages: [
    {
      value: 'a',
      gates: [{ condition, message: { en: 'Upload a photo', zh: '请上传照片' }, fields: ['photos', 'name'] }],
    },
    { value: 'b', gates: [] },
    { value: 'c', gates: [] },
  ],
}

describe('a refused move', () => {
  const refused = new ApiProblem(422, 'gate-refused', 'refused', [
    { code: 'gate-closed', message: '请上传照片', field: 'photos' },
    { code: 'stage-skipped', message: '不能跳过 b', field: 'stage' },
    { code: 'value-missing', message: 'Owner is missing', field: 'owner' },
  ])
  it('names every missing item with the fields of its gate', () => {
    expect(needsOf(refused, pipeline)).toEqual([
      { message: '请上传照片', fields: ['photos', 'name'] },
      { message: '不能跳过 b', fields: [] },
      { message: 'Owner is missing', fields: ['owner'] },
    ])
    expect(needsOf(refused, null)[0]?.fields).toEqual(['photos'])
  })
  it('is met when every field of it is filled', () => {
    const need = { message: '', fields: ['photos', 'name'] }
    expect(isMet(need, { photos: [], name: 'x' })).toBe(false)
    expect(isMet(need, { photos: ['1'], name: 'x' })).toBe(true)
    expect(isMet({ message: '', fields: [] }, {})).toBe(true)
  })
})

it('knows the next stage', () => {
  expect(nextStage(pipeline, 'a')).toBe('b')
  expect(nextStage(pipeline, 'c')).toBeNull()
  expect(nextStage(null, 'a')).toBeNull()
})

it('shows moves before the server has answered', () => {
  const moves = [{ row: row('2'), from: 'a', to: 'b' }]
  expect(laneCards([row('1'), row('2')], 'a', moves).map((one) => one.id)).toEqual(['1'])
  expect(laneCards([row('3')], 'b', moves).map((one) => one.id)).toEqual(['2', '3'])
  expect([shift('a', moves), shift('b', moves), shift('c', moves)]).toEqual([-1, 1, 0])
})

it('has a lane for records without a stage', () => {
  expect(laneOf(null)).toBe(NO_STAGE)
  expect(stageOf(laneOf(null))).toBeNull()
  expect(stageOf(laneOf('a'))).toBe('a')
})

it('shows few fields on a card, never title or stage', () => {
  const keys = cardFields(customer, 'region').map((field) => field.key)
  expect(keys).toEqual(['annual', 'since', 'owner'])
})
