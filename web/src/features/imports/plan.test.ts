import { describe, expect, it } from 'vitest'
import { ApiProblem } from '@/api/problem'
import { customer } from '@/test/model'
import {
  assign,
  emptyPlan,
  fieldOf,
  importable,
  naturalKeys,
  type Plan,
  planProblems,
  sourceOf,
  toggleKey,
  tune,
  unfed,
} from './plan'

const plan: Plan = emptyPlan({
  entity: 'customer',
  key: ['name'],
  columns: { name: 'Customer', since: { column: 'Start', format: 'd/m/y' } },
  skip: [{ column: 'Qty', is: '0' }],
})

describe('a plan seen column by column', () => {
  it('begins with the suggestion and keeps what it does not draw', () => {
    expect(plan).toMatchObject({ key: ['name'], existing: 'update', rules: true, skip: [{ column: 'Qty', is: '0' }] })
    expect(plan).not.toHaveProperty('entity')
    expect([fieldOf(plan, 'Customer'), fieldOf(plan, 'Start'), fieldOf(plan, 'Other')]).toEqual(['name', 'since', null])
  })

  it('sends a column to one field only', () => {
    const moved = assign(plan, 'Start', 'name')
    expect(moved.columns).toEqual({ name: 'Start' })
    expect(fieldOf(moved, 'Customer')).toBeNull()
    expect(assign(plan, 'Start', 'since')).toBe(plan)
  })

  it('drops a key with its column', () => {
    expect(assign(plan, 'Customer', null).key).toEqual([])
    expect(toggleKey(plan, 'since').key).toEqual(['name', 'since'])
    expect(toggleKey(plan, 'name').key).toEqual([])
  })

  it('tunes how a field is read, and forgets it again', () => {
    expect(sourceOf(tune(plan, 'since', { format: 'ymd' }), 'since')).toEqual({ column: 'Start', format: 'ymd' })
    expect(tune(plan, 'since', { format: undefined }).columns.since).toBe('Start')
    expect(tune(plan, 'annual', { format: 'ymd' })).toBe(plan)
  })
})

it('knows what a file can fill and what is missing', () => {
  expect(importable(customer).map((field) => field.key)).not.toContain('photos')
  expect(importable(customer).map((field) => field.key)).not.toContain('created_at')
  expect(unfed(assign(plan, 'Customer', null), customer).map((field) => field.key)).toEqual(['name'])
  expect(naturalKeys(customer)[0]?.key).toBe('name')
})

it('puts what is wrong at its field', () => {
  const problem = new ApiProblem(422, 'invalid', 'bad', [
    { code: 'a', message: 'no format', field: 'columns.since' },
    { code: 'b', message: 'no key', field: 'key' },
  ])
  expect(planProblems(problem)).toEqual({ general: ['no key'], byField: { since: ['no format'] } })
  expect(planProblems(new ApiProblem(409, 'busy', 'runs already')).general).toEqual(['runs already'])
  expect(planProblems(null)).toEqual({ general: [], byField: {} })
})
