import { describe, expect, it } from 'vitest'
import type { ViewContent } from '@/api/types'
import { customer } from '@/test/model'
import { firstContent, place, remove, setSort, setTotal, setWidth, stepColumn, toggleSort, uses, whole } from './model'

const content: ViewContent = {
  columns: [{ field: 'name', width: 300 }, { field: 'region' }, { field: 'annual' }],
  filter: null,
  sort: [],
  group: [],
  totals: [],
}
const fields = (view: ViewContent) => view.columns.map((one) => one.field)

it('starts from the title and the first fields', () => {
  expect(fields(firstContent(customer))[0]).toBe('name')
  expect(fields(firstContent(customer))).not.toContain('photos')
  expect(whole(null, customer)).toEqual(firstContent(customer))
  expect(whole({ columns: [] }, customer).totals).toEqual([])
})

describe('placing', () => {
  it('puts a column before another and keeps its width', () => {
    const moved = place(content, 'columns', { path: 'name', numeric: false, before: null })
    expect(moved.columns.at(-1)).toEqual({ field: 'name', width: 300 })
    expect(fields(place(content, 'columns', { path: 'since', numeric: false, before: 'region' }))).toEqual([
      'name',
      'since',
      'region',
      'annual',
    ])
  })

  it('sorts numbers from the largest and totals them by sum', () => {
    expect(place(content, 'sort', { path: 'annual', numeric: true }).sort).toEqual([
      { field: 'annual', descending: true },
    ])
    expect(place(content, 'totals', { path: 'annual', numeric: true }).totals).toEqual([
      { field: 'annual', function: 'sum' },
    ])
    expect(place(content, 'totals', { path: 'name', numeric: false }).totals).toEqual([
      { field: 'name', function: 'count' },
    ])
  })

  it('groups by at most three fields', () => {
    const grouped = ['a', 'b', 'c', 'd'].reduce((view, path) => place(view, 'group', { path, numeric: false }), content)
    expect(grouped.group).toEqual(['b', 'c', 'd'])
  })

  it('is undone by removing', () => {
    for (const zone of ['columns', 'group', 'sort', 'totals'] as const) {
      const placed = place(content, zone, { path: 'since', numeric: false })
      expect(uses(placed, 'since')).toBe(true)
      expect(remove(placed, zone, 'since')).toEqual(content)
    }
  })
})

it('a click on a head goes round: up, down, off', () => {
  const up = toggleSort(content, 'name')
  const down = toggleSort(up, 'name')
  expect([up.sort, down.sort, toggleSort(down, 'name').sort]).toEqual([
    [{ field: 'name', descending: false }],
    [{ field: 'name', descending: true }],
    [],
  ])
})

it('changes members in place', () => {
  expect(setSort(setSort(content, 'a', true), 'a', false).sort).toEqual([{ field: 'a', descending: false }])
  expect(setTotal(setTotal(content, 'a', 'sum'), 'a', 'max').totals).toEqual([{ field: 'a', function: 'max' }])
  expect(setWidth(content, 'region', 99).columns[1]).toEqual({ field: 'region', width: 99 })
})

it('steps a column, and stops at the edges', () => {
  expect(fields(stepColumn(content, 'name', 1))).toEqual(['region', 'name', 'annual'])
  expect(stepColumn(content, 'name', -1)).toBe(content)
  expect(stepColumn(content, 'annual', 1)).toBe(content)
})
