import { describe, expect, it } from 'vitest'
import type { FormContent } from '@/api/types'
import {
  addSection,
  bare,
  conditionsOf,
  findField,
  moveSection,
  placeField,
  removeField,
  removeSection,
  sectionOf,
  setColumns,
  setCondition,
  setTitle,
  withLogic,
  zoneOf,
} from './model'

const when = { text: 'a = 1', language: 'en' as const }
const content: FormContent = {
  sections: [
    {
      title: { en: 'One' },
      columns: 2,
      fields: [{ field: 'a' }, { field: 'b', visible_when: when, visible_logic: true }],
    },
    { title: {}, columns: 1, fields: [{ field: 'c' }] },
  ],
}
const keys = (form: FormContent) => form.sections.map((section) => section.fields.map((field) => field.field))

it('zones have names that come back', () => {
  expect(sectionOf(zoneOf(3))).toBe(3)
  expect(sectionOf('palette')).toBeNull()
})

describe('placing fields', () => {
  it('puts a new one before another, and moves one between sections with its conditions', () => {
    expect(keys(placeField(content, 0, 'new', 'b'))).toEqual([['a', 'new', 'b'], ['c']])
    const moved = placeField(content, 1, 'b', 'c')
    expect(keys(moved)).toEqual([['a'], ['b', 'c']])
    expect(findField(moved, 'b')?.visible_when).toEqual(when)
  })

  it('takes a field out', () => {
    expect(keys(removeField(content, 'a'))).toEqual([['b'], ['c']])
  })
})

describe('sections', () => {
  it('are added, moved, removed, named and divided', () => {
    expect(addSection(content).sections).toHaveLength(3)
    expect(keys(moveSection(content, 0, 1))).toEqual([['c'], ['a', 'b']])
    expect(moveSection(content, 0, -1)).toBe(content)
    expect(keys(removeSection(content, 0))).toEqual([['c']])
    expect(setTitle(content, 1, { zh: '二' }).sections[1]?.title).toEqual({ zh: '二' })
    expect(setColumns(content, 1, 3).sections[1]?.columns).toBe(3)
  })
})

describe('conditions', () => {
  it('are set, listed once and sent without the server’s JsonLogic', () => {
    const set = setCondition(setCondition(content, 'a', 'required_when', when), 'c', 'visible_when', {
      text: 'x',
      language: 'zh',
    })
    expect(conditionsOf(set)).toHaveLength(2)
    expect(JSON.stringify(bare(set))).not.toContain('logic')
    expect(findField(setCondition(set, 'b', 'visible_when', null), 'b')?.visible_when).toBeNull()
  })

  it('get their logic for the preview', () => {
    expect(
      findField(
        withLogic(content, () => ({ var: 'x' })),
        'b',
      )?.visible_logic,
    ).toEqual({ var: 'x' })
    expect(
      findField(
        withLogic(content, () => 1),
        'a',
      )?.visible_logic,
    ).toBeNull()
  })
})
