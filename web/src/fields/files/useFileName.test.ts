import { expect, it } from 'vitest'
import { nameIn } from './useFileName'

it.each([
  ["attachment; filename*=UTF-8''%E7%85%A7%E7%89%87.png", '照片.png'],
  ['attachment; filename="a b.pdf"', 'a b.pdf'],
  ['attachment; filename=plain.txt', 'plain.txt'],
  ["attachment; filename=x.png; filename*=UTF-8''%E7%85%A7.png", '照.png'],
  ['inline', null],
  [null, null],
])('%s names %s', (header, name) => {
  expect(nameIn(header)).toBe(name)
})
