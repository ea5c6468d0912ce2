import { describe, expect, it } from 'vitest'
import { customer } from '@/test/model'
import {
  addField,
  drawingOf,
  EMPTY,
  freeName,
  lostFields,
  moveField,
  nameFrom,
  optionsFromLines,
  pluralFrom,
  removeField,
  setField,
  setLabels,
} from './model'

describe('plurals', () => {
  it.each([
    ['Customer', 'Customers'],
    ['Delivery', 'Deliveries'],
    ['Branch', 'Branches'],
    ['客户', ''],
  ])('%s becomes %s', (label, plural) => {
    expect(pluralFrom(label)).toBe(plural)
  })

  it('follow the label until somebody writes another one', () => {
    const first = setLabels(EMPTY, { en: 'Visit' })
    expect(first.plural_labels).toEqual({ en: 'Visits' })
    expect(setLabels(first, { en: 'Call' }).plural_labels).toEqual({ en: 'Calls' })
    const own = { ...first, labels: { en: 'Person' }, plural_labels: { en: 'People' } }
    expect(setLabels(own, { en: 'Human' }).plural_labels).toEqual({ en: 'People' })
  })
})

describe('names', () => {
  it.each([
    ['Close date', 'close_date'],
    ['  Größe (m²) ', 'gro_e_m2'],
    ['2nd call', 'f_2nd_call'],
    ['名称', ''],
  ])('%s becomes %s', (label, name) => {
    expect(nameFrom(label)).toBe(name)
  })

  it('are never taken twice', () => {
    expect(
      freeName(
        [
          { name: 'field', type: 'text' },
          { name: 'field_2', type: 'text' },
        ],
        'field',
      ),
    ).toBe('field_3')
  })
})

describe('fields', () => {
  it('follow their English label until they are stored', () => {
    const drawing = setField(addField(EMPTY, 'date'), 1, { labels: { en: 'Name' } })
    expect(drawing.fields[1]?.name).toBe('name_2')
    const stored = { ...EMPTY, fields: [{ id: 'f1', name: 'old', type: 'text' }] }
    expect(setField(stored, 0, { labels: { en: 'New' } }).fields[0]?.name).toBe('old')
  })

  it('keep title and time in step', () => {
    const renamed = setField(EMPTY, 0, { labels: { en: 'Subject' } })
    expect(renamed.title_field).toBe('subject')
    expect(removeField(renamed, 0)).toMatchObject({ title_field: null, fields: [] })
  })

  it('move, and stop at the edges', () => {
    const two = addField(EMPTY, 'number')
    expect(moveField(two, 0, 1).fields.map((field) => field.name)).toEqual(['field', 'name'])
    expect(moveField(two, 0, -1)).toBe(two)
  })

  it('tells which published fields would be lost', () => {
    const drawing = drawingOf(customer)
    expect(lostFields(customer, drawing)).toEqual([])
    expect(lostFields(customer, removeField(drawing, 1))).toEqual(['region'])
  })
})

it('options typed as lines keep the known ones', () => {
  const before = [
    { value: 'east', labels: { en: 'East' } },
    { value: 'south', labels: { en: 'South' } },
  ]
  expect(optionsFromLines('South\n\nNorth\nNorth\n East ', before, 'en')).toEqual([
    before[1],
    { value: 'North', labels: { en: 'North' } },
    before[0],
  ])
})
