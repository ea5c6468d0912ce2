import { expect, it } from 'vitest'
import type { Person } from './api'
import { changesOf, formOf, found, withRole } from './model'

const ada: Person = {
  id: '1',
  name: 'Ada',
  email: 'ada@example.com',
  roles: ['manager'],
  language: 'zh',
  active: true,
}

it('sends of a known person only what differs', () => {
  const form = formOf(ada, 'en')
  expect(changesOf(ada, form)).toEqual({})
  expect(changesOf(ada, { ...form, name: ' Ada L. ' })).toEqual({ name: 'Ada L.' })
  expect(changesOf(ada, { ...form, password: 'a long enough one' })).toEqual({ password: 'a long enough one' })
})

it('sends everything of a new person, a password only when there is one', () => {
  const form = { ...formOf(null, 'en'), name: 'Mia', email: 'mia@example.com' }
  expect(changesOf(null, form)).toEqual({ name: 'Mia', email: 'mia@example.com', roles: ['member'], language: 'en' })
})

it('keeps roles in their order', () => {
  expect(withRole(['member'], 'administrator', true)).toEqual(['administrator', 'member'])
  expect(withRole(['administrator', 'member'], 'member', false)).toEqual(['administrator'])
})

it('finds by name and address, the active first', () => {
  const old = { ...ada, id: '2', name: 'Old', email: 'old@example.com', active: false }
  expect(found([old, ada], 'EXAMPLE').map((one) => one.name)).toEqual(['Ada', 'Old'])
  expect(found([old, ada], 'ada@')).toEqual([ada])
})
