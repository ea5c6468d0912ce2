import { expect, it } from 'vitest'
import { chipId, paletteId, parseId, put, zoneId } from './ids'

it('names come back', () => {
  expect(parseId(paletteId('owner.name'))).toEqual({ zone: '', item: 'owner.name' })
  expect(parseId(chipId('columns', 'a/b'))).toEqual({ zone: 'columns', item: 'a/b' })
  expect(parseId(zoneId('sort'))).toEqual({ zone: 'sort', item: '' })
  expect(parseId('other')).toBeNull()
})

it.each([
  ['new', 'b', ['a', 'new', 'b', 'c']],
  ['new', null, ['a', 'b', 'c', 'new']],
  ['a', 'c', ['b', 'c', 'a']],
  ['c', 'a', ['c', 'a', 'b']],
  ['b', null, ['a', 'c', 'b']],
  ['b', 'b', ['a', 'b', 'c']],
])('puts %s before %s', (item, before, expected) => {
  expect(put(['a', 'b', 'c'], item, before)).toEqual(expected)
})
