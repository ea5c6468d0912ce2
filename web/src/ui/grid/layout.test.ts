import { describe, expect, it } from 'vitest'
import type { Outline } from '@/api/types'
import { layOut, lineAt, pagesNear } from './layout'

const open = () => false
const anchors = (count: number) =>
  Array.from({ length: Math.ceil(count / 100) }, (_, page) => (page ? `c${page}` : null))
const group = (values: string[], count: number, totals: (string | null)[] = []) => ({
  values,
  labels: values,
  count,
  totals,
  anchors: anchors(count),
})

const flat: Outline = { count: 100_000, totals: [], page_size: 100, groups: [group([], 100_000)] }
const nested: Outline = {
  count: 600,
  totals: ['9.60'],
  page_size: 100,
  groups: [group(['a', 'x'], 250, ['0.10']), group(['a', 'y'], 50, ['0.20']), group(['b', 'x'], 300, ['9.30'])],
}

describe('without groups', () => {
  const layout = layOut(flat, 0, open, [])

  it('has a line per record', () => {
    expect(layout.lines).toBe(100_000)
    expect(lineAt(layout, 99_999)).toMatchObject({ kind: 'row', page: 999, offset: 99 })
    expect(lineAt(layout, 100_000)).toBeUndefined()
  })

  it('asks only for the pages near the screen', () => {
    expect(pagesNear(layout, 50_010, 50_040, 30).map((ref) => ref.after)).toEqual(['c499', 'c500'])
    expect(pagesNear(layout, 0, 20, 30)).toEqual([{ group: 0, page: 0, after: null, values: [] }])
  })
})

describe('while only the first page of each group is known', () => {
  it('asks for those pages, and for no other', () => {
    const layout = layOut({ ...flat, groups: flat.groups.map((one) => ({ ...one, anchors: [null] })) }, 0, open, [])
    expect(pagesNear(layout, 0, 180, 30).map((ref) => ref.page)).toEqual([0])
    expect(pagesNear(layout, 50_010, 50_040, 30)).toEqual([])
  })
})

describe('with groups', () => {
  it('puts a header before each group, and adds up the outer ones exactly', () => {
    const layout = layOut(nested, 2, open, ['sum'])
    expect(layout.lines).toBe(600 + 5)
    expect(lineAt(layout, 0)).toMatchObject({ node: { depth: 0, label: 'a', count: 300, totals: ['0.30'] } })
    expect(lineAt(layout, 1)).toMatchObject({ node: { depth: 1, label: 'x', count: 250, totals: ['0.10'] } })
    expect(lineAt(layout, 2)).toMatchObject({ kind: 'row', group: 0, position: 0 })
    expect(lineAt(layout, 252)).toMatchObject({ node: { label: 'y' } })
    expect(lineAt(layout, 303)).toMatchObject({ node: { depth: 0, label: 'b' } })
  })

  it('hides what is folded', () => {
    const layout = layOut(nested, 2, (key) => key === '["a"]' || key === '["b","x"]', ['sum'])
    expect(layout.lines).toBe(3)
    expect(pagesNear(layout, 0, 2, 40)).toEqual([])
  })

  it('never averages averages', () => {
    expect(lineAt(layOut(nested, 2, open, ['avg']), 0)).toMatchObject({ node: { totals: [null] } })
    expect(lineAt(layOut(nested, 2, open, ['max']), 0)).toMatchObject({ node: { totals: ['0.20'] } })
  })

  it('reads the pages of every group on the screen', () => {
    const refs = pagesNear(layOut(nested, 2, open, []), 240, 330, 0)
    expect(refs.map((ref) => `${ref.group}/${ref.page}`)).toEqual(['0/2', '1/0', '2/0'])
  })
})
