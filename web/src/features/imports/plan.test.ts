import { describe, expect, it } from 'vitest'
import { ApiProblem } from '@/api/problem'
import type { Entity } from '@/api/types'
import { customer } from '@/test/model'
import {
  assign,
  emptyPlan,
  endGroup,
  fieldOf,
  groupBy,
  importable,
  lineEntities,
  linesOf,
  naturalKeys,
  overLines,
  type Plan,
  planProblems,
  positionOf,
  setPosition,
  sourceOf,
  startGroup,
  toggleKey,
  tune,
  tuneAt,
  unfed,
  withLines,
  workOut,
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
  expect(planProblems(problem)).toEqual({ general: ['no key'], byField: { since: ['no format'] }, byLine: {} })
  expect(planProblems(new ApiProblem(409, 'busy', 'runs already')).general).toEqual(['runs already'])
  expect(planProblems(null)).toEqual({ general: [], byField: {}, byLine: {} })
})

describe('rows that are lines', () => {
  const line = { ...customer, key: 'line', fields: [{ ...customer.fields[0], key: 'of', to: 'customer' }] } as Entity
  const grouped = startGroup(plan, customer, ['Customer', 'Start', 'Qty', 'Price'], {
    entity: 'line',
    parent: 'of',
    columns: { sku: 'Sku' },
  })

  it('groups by the column that feeds the key', () => {
    expect(lineEntities(customer, [customer, line])).toMatchObject([{ child: { key: 'line' }, parent: { key: 'of' } }])
    expect(grouped).toMatchObject({ key: ['name'], group: { by: 'Customer', entity: 'line', columns: { sku: 'Sku' } } })
    expect(groupBy(grouped, 'Start')).toMatchObject({ key: ['since'], group: { by: 'Start' } })
  })

  it('works numbers out over the lines, and numbers the lines', () => {
    const sum = workOut(grouped, 'annual', { sum: ['Qty', 'Price'] })
    expect(overLines(sum.columns.annual)).toEqual({ sum: ['Qty', 'Price'] })
    expect(overLines(workOut(sum, 'annual', { count: true }).columns.annual)).toEqual({ count: true })
    expect(workOut(sum, 'annual', null).columns).toEqual(grouped.columns)
    const numbered = setPosition(setPosition(grouped, 'a'), 'b')
    expect([positionOf(numbered), linesOf(numbered).columns]).toEqual(['b', { sku: 'Sku', b: { position: true } }])
    expect(positionOf(setPosition(numbered, null))).toBeNull()
    expect(endGroup(sum)).toEqual(plan)
  })

  it('changes lines by the same steps as records', () => {
    const more = withLines(grouped, assign(linesOf(grouped), 'Qty', 'quantity'))
    expect(more.group?.columns).toEqual({ sku: 'Sku', quantity: 'Qty' })
    expect(more.columns).toEqual(grouped.columns)
    expect(tuneAt(more, 'group.columns.sku', { missing: 'create' }).group?.columns.sku).toEqual({
      column: 'Sku',
      missing: 'create',
    })
    expect(tuneAt(more, 'columns.name', { missing: 'empty' }).columns.name).toMatchObject({ missing: 'empty' })
  })

  it('hears what is wrong with a line at its field', () => {
    const problem = new ApiProblem(422, 'invalid', 'bad', [{ code: 'a', message: 'no', field: 'group.columns.sku' }])
    expect(planProblems(problem)).toEqual({ general: [], byField: {}, byLine: { sku: ['no'] } })
  })
})
