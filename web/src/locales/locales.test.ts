import { expect, it } from 'vitest'
import ownEn from './en'
import ownZh from './zh-CN'

type File = { default: Record<string, unknown> }

/** What is loaded at once, together with what comes with its page. */
function all(own: Record<string, Record<string, unknown>>, late: Record<string, File>): Record<string, unknown> {
  const found: Record<string, unknown> = { ...own }
  for (const [path, file] of Object.entries(late)) {
    const namespace = path.replace(/^.*\/|\.json$/g, '')
    expect(
      Object.keys(file.default).filter((key) => key in (own[namespace] ?? {})),
      namespace,
    ).toEqual([])
    found[namespace] = { ...own[namespace], ...file.default }
  }
  return found
}

const en = all(ownEn, import.meta.glob<File>('./en/late/*.json', { eager: true }))
const zh = all(ownZh, import.meta.glob<File>('./zh-CN/late/*.json', { eager: true }))

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
