import { expect, it } from 'vitest'
import ownEn from './en'
import lateEn from './en/late/backtest.json'
import ownZh from './zh-CN'
import lateZh from './zh-CN/late/backtest.json'

const en: Record<string, unknown> = { ...ownEn, backtest: lateEn }
const zh: Record<string, unknown> = { ...ownZh, backtest: lateZh }

function keys(texts: unknown, prefix = ''): string[] {
  if (typeof texts !== 'object' || texts === null) return [prefix]
  return Object.entries(texts).flatMap(([key, value]) => keys(value, prefix ? `${prefix}.${key}` : key))
}

function leaves(texts: unknown): string[] {
  return typeof texts === 'object' && texts !== null ? Object.values(texts).flatMap(leaves) : [String(texts)]
}

const bare = (key: string) => key.replace(/_(one|other)$/, '')
const unique = (list: string[]) => [...new Set(list.map(bare))].sort()

it('both languages have the same namespaces and keys', () => {
  expect(Object.keys(zh).sort()).toEqual(Object.keys(en).sort())
  for (const namespace of Object.keys(en)) {
    expect(unique(keys(zh[namespace])), namespace).toEqual(unique(keys(en[namespace])))
  }
})

it('no text is empty, and Chinese uses its own punctuation', () => {
  expect(leaves(en).filter((text) => text === '')).toEqual([])
  expect(leaves(zh).filter((text) => /[\u4e00-\u9fff][,;!?]/.test(text))).toEqual([])
})
