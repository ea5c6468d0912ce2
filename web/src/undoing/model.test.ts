import { expect, it } from 'vitest'
import type { UndoItem, UndoPlan } from './api'
import { sumOf } from './model'

const record = { entity: 'customer', id: '1', title: 'A' }
const clash = { code: 'changed-since', words: { en: 'changed', zh: '改' }, at: null }
const field = { field: 'flag', now: 'red', back: null, now_title: null, back_title: null, clash: null }
const item = (given: Partial<UndoItem>): UndoItem => ({
  verb: 'update',
  record,
  fields: [],
  state: 'free',
  clashes: [],
  done: false,
  ...given,
})

it('counts what is free, what conflicts and what cannot be done', () => {
  const items = [
    item({ fields: [field] }),
    item({ state: 'conflict', fields: [field, { ...field, field: 'note', clash }] }),
    item({ state: 'conflict', fields: [{ ...field, clash }] }),
    item({ verb: 'delete', state: 'conflict', clashes: [clash] }),
    item({ state: 'impossible' }),
  ]
  const plan = { items, gone_out: [], notices_read: 1 } as unknown as UndoPlan
  expect(sumOf(plan)).toEqual({ free: 2, conflicts: 3, impossible: 1, outside: true })
})
