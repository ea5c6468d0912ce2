import { describe, expect, it } from 'vitest'
import type { Values } from '@/api/types'
import { field } from '@/test/model'
import { Calendar } from './calendar'
import { readInstant } from './days'
import { decide } from './logic'
import { Moment } from './moment'

const fields = [
  field('stage', 'choice', 'choice'),
  field('amount', 'number', 'number'),
  field('a', 'number', 'number'),
  field('b', 'number', 'number'),
  field('day', 'date', 'date'),
  field('at', 'datetime', 'datetime'),
  field('tags', 'choices', 'choices'),
  field('name', 'text', 'text'),
  field('active', 'boolean', 'boolean'),
]
const of = (name: string) => ({ var: name })
const at = (instant: string, me: string | null = '7') =>
  new Moment(readInstant(instant) ?? 0n, new Calendar('Asia/Shanghai'), me)
const now = at('2026-03-31T06:30:00Z')
const wins: [unknown, Values, boolean][] = [
  [{ '==': [of('stage'), 'quote'] }, { stage: 'quote' }, true],
  [{ '==': [of('stage'), 'quote'] }, { stage: null }, false],
  [{ '!=': [of('stage'), 'quote'] }, { stage: null }, true],
  [{ '==': [of('amount'), null] }, { amount: null }, true],
  [{ and: [{ '!=': [of('amount'), null] }, { '>=': [of('amount'), 100] }] }, { amount: '100.00' }, true],
  [{ '<': [of('amount'), 9] }, { amount: '10' }, false],
  [{ and: [{ '!=': [of('amount'), null] }, { '<': [of('amount'), 5] }] }, { amount: null }, false],
  [{ '>': [{ '+': [of('a'), of('b')] }, 0.3] }, { a: '0.1', b: '0.2' }, false],
  [{ '==': [{ '+': [of('a'), of('b')] }, 0.3] }, { a: '0.1', b: '0.2' }, true],
  [{ '==': [{ '-': [of('a')] }, -1.5] }, { a: '1.50' }, true],
  [{ '<': [{ '*': [of('a'), of('b')] }, { '-': [of('a'), of('b')] }] }, { a: '0.5', b: '0.1' }, true],
  [
    { '==': [of('amount'), { typed: [['number', null, null, null], '999999999999.999999'] }] },
    { amount: '999999999999.999999' },
    true,
  ],
  [{ '==': [of('name'), '1'] }, { name: '1.0' }, false],
  [{ '<': [of('day'), '2026-02-01'] }, { day: '2026-01-31' }, true],
  [{ '==': [of('at'), '2026-01-31T08:00:00.000000Z'] }, { at: '2026-01-31T08:00:00Z' }, true],
  [{ in: ['vip', of('tags')] }, { tags: ['new', 'vip'] }, true],
  [{ in: [of('stage'), ['a', 'b']] }, { stage: 'b' }, true],
  [{ has_all: [of('tags'), 'vip', 'new'] }, { tags: ['new'] }, false],
  [{ has_any: [of('tags'), 'vip', 'new'] }, { tags: ['new'] }, true],
  [{ contains: [of('name'), 'VIP'] }, { name: 'a vip client' }, true],
  [{ starts_with: [of('name'), 'b'] }, { name: 'abc' }, false],
  [{ '===': [of('active'), true] }, { active: true }, true],
  [{ '===': [of('active'), true] }, { active: null }, false],
  [{ '!': [of('name')] }, { name: null }, true],
  [{ '!!': [of('tags')] }, { tags: null }, false],
  [{ '<=': [1, of('amount'), 5] }, { amount: '5.0' }, true],
]

describe('conditions of forms', () => {
  it.each(wins)('%j over %j is %s', (logic, values, expected) => {
    expect(decide(logic, values, fields, now)).toBe(expected)
  })

  it('asks the clock of the moment, in its zone', () => {
    const today = { '==': [of('day'), of('$today')] }
    expect(decide(today, { day: '2026-03-31' }, fields, at('2026-03-31T15:59:59.999999Z'))).toBe(true)
    expect(decide(today, { day: '2026-03-31' }, fields, at('2026-03-31T16:00:00Z'))).toBe(false)
    const mine = { '==': [of('name'), of('$me')] }
    expect(decide(mine, { name: '7' }, fields, now)).toBe(true)
    expect(decide({ and: [{ '!=': [of('$me'), null] }, mine] }, {}, fields, at('2026-03-31T06:30:00Z', null))).toBe(
      false,
    )
  })

  it('takes what is no value of its kind for empty', () => {
    for (const [key, half] of [
      ['amount', '-'],
      ['day', '2026-02-30'],
      ['at', '2026-01-31'],
      ['name', ''],
      ['tags', []],
    ]) {
      expect(decide({ '!': [of(String(key))] }, { [String(key)]: half as Values[string] }, fields, now)).toBe(true)
    }
  })

  it.each([
    [{ related: ['this', [], 'order', null, null] }],
    [{ '==': [{ var: 'owner.name' }, 'x'] }],
    [{ or: [true, { held: [true, 72, 'hours'] }] }],
    [{ constructor: [] }],
    [{ '==': [{ var: 'constructor' }, null] }],
    [{ within: [{ var: '$today' }, ['last', 2, 'working_days']] }],
    [{ '>': [1, 2], '<': [1, 2] }],
    [null],
    [undefined],
  ])('leaves %j to the server', (logic) => {
    expect(decide(logic, {}, fields, now)).toBeNull()
  })
})
