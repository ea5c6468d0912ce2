import { expect, it } from 'vitest'
import type { Rule, RuleHealth } from '../api'
import { barHeights, filtered } from './model'

const rule = (id: string, name: string, entity: string, sentence: string): Rule =>
  ({
    id,
    name,
    entity,
    status: 'published',
    draft: null,
    content: { text: '', language: 'en', sentence: { en: sentence, zh: '' } },
  }) as unknown as Rule

const rules = [
  rule('1', 'Win back', 'customer', 'no orders in the last 30 days'),
  rule('2', 'Stuck', 'deal', 'stage unchanged'),
]
const health = new Map([['2', { rule: '2', health: 'broken' } as RuleHealth]])
const ids = (found: Rule[]) => found.map((one) => one.id)

it('keeps what fits the words, the entity and the health', () => {
  const all = { search: '', entity: null, health: null }
  expect(ids(filtered(rules, health, all, 'en'))).toEqual(['1', '2'])
  expect(ids(filtered(rules, health, { ...all, search: 'days  WIN' }, 'en'))).toEqual(['1'])
  expect(ids(filtered(rules, health, { ...all, entity: 'deal' }, 'en'))).toEqual(['2'])
  expect(ids(filtered(rules, health, { ...all, health: 'broken' }, 'en'))).toEqual(['2'])
  expect(ids(filtered(rules, undefined, { ...all, health: 'ok' }, 'en'))).toEqual([])
})

it('draws the busiest day highest and never hides a firing', () => {
  expect(barHeights([0, 1, 100, 0, 0, 0, 50])).toEqual([2, 4, 18, 2, 2, 2, 9])
  expect(barHeights([0, 0, 0, 0, 0, 0, 0])).toEqual([2, 2, 2, 2, 2, 2, 2])
})
