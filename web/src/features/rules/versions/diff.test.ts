import { expect, it } from 'vitest'
import { difference, lines, words } from './diff'

it('names what was removed and added, line by line', () => {
  const found = difference(
    lines('rule "A" on customer\nwhen credit > 1\nthen x'),
    lines('rule "A" on customer\nwhen credit > 2\nthen x'),
  )
  expect(found).toEqual([
    { kind: 'same', text: 'rule "A" on customer\n' },
    { kind: 'removed', text: 'when credit > 1\n' },
    { kind: 'added', text: 'when credit > 2\n' },
    { kind: 'same', text: 'then x' },
  ])
})

it('goes by words, and in Chinese by characters', () => {
  expect(difference(words('no orders in the last 30 days'), words('no orders in the last 45 days'))).toEqual([
    { kind: 'same', text: 'no orders in the last ' },
    { kind: 'removed', text: '30 ' },
    { kind: 'added', text: '45 ' },
    { kind: 'same', text: 'days' },
  ])
  const chinese = difference(words('近 30 天没有订单'), words('近 30 天没有培训'))
  expect(chinese.filter((one) => one.kind !== 'same').map((one) => one.text)).toEqual(['订单', '培训'])
})

it('gives back both texts whole', () => {
  const [before, after] = ['a b c d e', 'b x d f e g']
  const found = difference(words(before), words(after))
  const without = (kind: string) =>
    found
      .filter((one) => one.kind !== kind)
      .map((one) => one.text)
      .join('')
  expect(without('added')).toBe(before)
  expect(without('removed')).toBe(after)
  expect(difference([], [])).toEqual([])
})
