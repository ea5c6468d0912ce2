import { describe, expect, it } from 'vitest'
import { decide } from './logic'

const field = (name: string) => ({ var: name })

describe('conditions of forms', () => {
  it.each([
    [{ '==': [field('stage'), 'quote'] }, { stage: 'quote' }, true],
    [{ '==': [field('stage'), 'quote'] }, { stage: null }, false],
    [{ '!=': [field('stage'), 'quote'] }, { stage: null }, true],
    [{ '>=': [field('amount'), 100] }, { amount: '100.00' }, true],
    [{ '<': [field('amount'), '9'] }, { amount: '10' }, false],
    [{ '<': [field('amount'), 5] }, { amount: null }, false],
    [{ '>': [{ '+': [field('a'), field('b')] }, '0.3'] }, { a: '0.1', b: '0.2' }, false],
    [{ '<': [field('day'), '2026-02-01'] }, { day: '2026-01-31' }, true],
    [{ in: ['vip', field('tags')] }, { tags: ['new', 'vip'] }, true],
    [{ in: ['VIP', field('name')] }, { name: 'a vip client' }, true],
    [{ and: [{ '==': [field('a'), 'x'] }, { '!': [{ '==': [field('b'), 'y'] }] }] }, { a: 'x', b: null }, true],
    [{ '<=': ['1', field('n'), '5'] }, { n: '5.0' }, true],
  ])('%j over %j is %s', (logic, values, expected) => {
    expect(decide(logic, values as never)).toBe(expected)
  })

  it('leaves to the server what only the server knows', () => {
    expect(decide({ 'ruleloom.count': ['orders'] }, {})).toBeNull()
    expect(decide(null, {})).toBeNull()
    expect(decide(undefined, {})).toBeNull()
  })
})
