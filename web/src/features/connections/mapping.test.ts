import { describe, expect, it } from 'vitest'
import type { Entity } from '@/api/types'
import { field } from '@/test/model'
import type { RemoteField, RemoteResource } from './api'
import {
  assign,
  countLines,
  freshMapping,
  type ResourceMapping,
  sampleWords,
  sourceOf,
  suggest,
  tune,
  unfed,
} from './mapping'

const remote = (key: string, type: string, zh: string, within: string | null = null): RemoteField => ({
  key,
  type,
  labels: { zh },
  required: false,
  within,
})

const order: Entity = {
  id: 'e',
  key: 'order',
  name: 'order',
  labels: { en: 'Order', zh: '订单' },
  plural_labels: {},
  time_field: null,
  title_field: 'number',
  collections: [],
  fields: [
    field('number', 'text', 'text', { labels: { en: 'Number', zh: '单据编号' }, required: true, unique: true }),
    field('customer', 'reference', 'record', {
      labels: { en: 'Customer', zh: '客户' },
      to: 'customer',
      required: true,
    }),
    field('amount', 'number', 'number', { labels: { en: 'Amount', zh: '金额' } }),
    field('sheet', 'files', 'files'),
    field('id', 'number', 'number', { system: true }),
  ],
}

const fields = [
  remote('FBillNo', 'text', '单据编号'),
  remote('FCustId.FNumber', 'reference', '客户'),
  remote('FBillAllAmount', 'number', '价税合计金额'),
  remote('FQty', 'number', '金额', 'entries'),
]
const resource: RemoteResource = {
  name: 'sale_orders',
  labels: {},
  key: 'FID',
  natural: 'FBillNo',
  lists: ['entries'],
  fields,
}

describe('a suggested mapping', () => {
  it('goes by names and types, and leaves lists to their lines', () => {
    expect(suggest(order, fields, null)).toEqual({
      number: 'FBillNo',
      customer: { field: 'FCustId.FNumber', missing: 'empty' },
      amount: 'FBillAllAmount',
    })
  })
  it('finds its records by the code that people know', () => {
    expect(freshMapping(resource, order, fields)).toMatchObject({ entity: 'order', key: 'number' })
  })
})

describe('changing a mapping', () => {
  const start: ResourceMapping = { entity: 'order', fields: { customer: { field: 'A', find: 'code', zone: 'X' } } }
  it('keeps the other words of a source', () => {
    expect(assign(start, 'customer', 'B').fields.customer).toEqual({ field: 'B', find: 'code', zone: 'X' })
    expect(assign(start, 'number', 'N').fields.number).toBe('N')
    expect(assign(start, 'customer', null).fields).toEqual({})
    expect(tune(start, 'customer', { find: undefined }).fields.customer).toEqual({ field: 'A', zone: 'X' })
    expect(tune(start, 'amount', { find: 'x' })).toBe(start)
    expect(sourceOf(start, 'nothing')).toBeUndefined()
  })
  it('knows what is still missing', () => {
    expect(unfed(start, order).map((one) => one.key)).toEqual(['number'])
  })
})

it('shows samples and numbers', () => {
  expect(sampleWords([{ a: 1 }, { a: 1 }, { a: { b: 2 } }, { a: null }], 'a')).toBe('1 · {"b":2}')
  expect(countLines({ customers: { read: 5, left_out: 0, nested: {} } })).toEqual([
    {
      resource: 'customers',
      numbers: [
        ['read', '5'],
        ['left_out', '0'],
      ],
    },
  ])
})
