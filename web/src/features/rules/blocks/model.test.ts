import { describe, expect, it } from 'vitest'
import type { Entity } from '@/api/types'
import { customer, field, entities as known } from '@/test/model'
import { append, asBlocks, type Group, put, type Row, sizeOf, writeCondition } from './model'
import { conditionRange, cut } from './split'

const order: Entity = {
  ...customer,
  id: 'e-order',
  key: 'order',
  name: 'order',
  labels: { en: 'Order', zh: '订单' },
  fields: [field('amount', 'number', 'number'), field('attended', 'boolean', 'boolean')],
  collections: [],
}
const owner: Entity = {
  ...customer,
  collections: [{ name: 'orders', labels: { en: 'orders', zh: '订单' }, entity: 'order', via: 'customer' }],
}
const entities = [owner, order, ...known.filter((one) => one.key !== 'customer')]
const blocks = (text: string, zh: string | null = null) => asBlocks(text, zh, entities, owner)
const write = (group: Group | null) => (group ? writeCondition(group, entities, owner) : null)
const flat = (text: string | null) => text?.replace(/\s+/g, ' ') ?? null

const ROWS: [string, Row['kind']][] = [
  ['region = "East"', 'field'],
  ['annual between 1 and 5', 'field'],
  ['owner.name contains "li"', 'field'],
  ['region = "East" for 72 hours', 'field'],
  ['since in the last 30 days', 'field'],
  ['no orders in the last 30 days', 'related'],
  ['at least 2 orders where (amount > 100) in the last 1 week', 'related'],
  ['any orders', 'related'],
  ['the last 2 orders all (attended = no)', 'last'],
  ['region changes to "East"', 'change'],
  ['region changes from "East" to "South"', 'change'],
  ['annual rises', 'change'],
  ['record is created', 'record'],
  ['count(orders where (amount > 100)) >= 2', 'raw'],
  ['not (annual = 1)', 'raw'],
  ['days since since > 5', 'raw'],
]

describe('a condition as blocks', () => {
  it.each(ROWS)('%s is a %s row', (text, kind) => {
    const group = blocks(text)
    expect(group?.items).toHaveLength(1)
    expect(group?.items[0]?.kind).toBe(kind)
  })

  it.each(ROWS)('reading and writing %s means the same', (text) => {
    const written = write(blocks(text))
    expect(written).not.toBe('')
    expect(flat(write(blocks(written ?? '')))).toBe(flat(written))
    expect(blocks(written ?? '')).toEqual(blocks(text))
  })

  it('keeps groups within groups, and what binds tighter', () => {
    const text = 'annual > 1\n and (region = "East" or annual between 1 and 5 and active = yes)'
    const group = blocks(text)
    expect(group).toMatchObject({ join: 'and', items: [{ kind: 'field' }, { kind: 'group', join: 'or' }] })
    expect(flat(write(group))).toBe('annual > 1 and (region = "east" or (annual between 1 and 5 and active = yes))')
    expect(blocks(write(group) ?? '')).toEqual(group)
  })

  it('shows what no row can hold in the words of the other language', () => {
    const group = blocks('count(orders) >= 2 and annual > 1', '数量(订单) >= 2 且 年采购额 > 1')
    expect(group?.items[0]).toEqual({ kind: 'raw', text: 'count(orders) >= 2', shown: '数量(订单) >= 2' })
  })

  it('gives up when it is nested too deep or its parentheses do not match', () => {
    const deep = 'a = 1 and (b = 1 or (c = 1 and (d = 1 or (e = 1 and f = 1))))'
    expect(blocks(deep)).toBeNull()
    expect(blocks('annual > 1) and (region = "East"')).toBeNull()
    expect(blocks('')).toBeNull()
  })

  it('leaves out rows that are not complete, and groups left empty', () => {
    const group = blocks('annual > 1 and region = "East"')
    const half: Row = { kind: 'field', clause: { path: 'region', operator: 'is', values: [] }, held: null }
    expect(flat(write(group && put(group, [1], half)))).toBe('annual > 1')
    expect(write({ kind: 'group', join: 'and', items: [{ kind: 'group', join: 'or', items: [half] }] })).toBe('')
  })

  it('replaces, removes and adds at any depth', () => {
    const group = blocks('annual > 1 and (region = "East" or active = yes)') as Group
    const row: Row = { kind: 'record', event: 'created' }
    expect(sizeOf(append(group, [1], row))).toBe(sizeOf(group) + 1)
    expect(flat(write(put(group, [1, 0], row)))).toBe('annual > 1 and (record is created or active = yes)')
    expect(flat(write(put(group, [1, 0], null)))).toBe('annual > 1 and active = yes')
    expect(put(put(group, [1, 0], null), [1, 0], null).items).toHaveLength(1)
    expect(put(group, [9], row)).toBe(group)
  })
})

describe('where the condition stands in a rule', () => {
  it.each([
    [
      'en',
      'rule "when x then y" on customer\nevery day at 09:00\nwhen annual > 1\n and active = yes  # then\nthen notify owner "when it ends"\nwhen it ends set flag = empty',
      'annual > 1\n and active = yes',
    ],
    [
      'zh',
      '规则 "当则" 针对 客户\n当 年采购额 > 1\n 且 活跃 = 是\n则 通知 负责人 "好"\n结束时 设置 标记 = 空',
      '年采购额 > 1\n 且 活跃 = 是',
    ],
  ] as const)('%s', (language, text, condition) => {
    const range = conditionRange(text, language)
    expect(range && text.slice(range.from, range.to)).toBe(condition)
  })

  it('is nowhere without a condition', () => {
    expect(conditionRange('rule "x" on customer\nevery day at 09:00\nthen notify owner "hi"', 'en')).toBeNull()
  })
})

it('cuts Chinese at its own words', () => {
  expect(cut('年采购额 > 1 且 (活跃 = 是 或 最近 2 次 培训 都 出席 = 否)', 'zh')).toMatchObject({
    join: 'and',
    items: [{ text: '年采购额 > 1' }, { join: 'or', items: [{}, { text: '最近 2 次 培训 都 出席 = 否' }] }],
  })
})
