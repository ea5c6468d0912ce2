import { expect, it } from 'vitest'
import { lexicon, wordAt } from './highlight'

const words = lexicon(
  {
    keywords: ['when', 'when it ends', '当', '且', '近'],
    functions: ['count'],
    units: ['天', 'days'],
    fields: [{ name: 'state', label: '当前状态', kind: 'text' }],
  },
  ['客户'],
)

it.each([
  ['when it ends set', 0, 'when it ends', 'keyword'],
  ['when state', 5, 'state', 'field'],
  ['当当前状态为空', 1, '当前状态', 'field'],
  ['近30天', 3, '天', 'unit'],
  ['客户', 0, '客户', 'entity'],
])('%s at %i is %s', (line, at, word, kind) => {
  expect(wordAt(line, at, words)).toEqual([word, kind])
})

it('never cuts a Latin word', () => {
  expect(wordAt('whenever', 0, words)).toBeNull()
  expect(wordAt('counts', 0, words)).toBeNull()
})
