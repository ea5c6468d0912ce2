import { describe, expect, it } from 'vitest'
import type { FormContent, WorkedForm } from '@/api/types'
import { customer } from '@/test/model'
import { changes, mergeEdits, plainForm, stand } from './formModel'

const when = { text: 'x', language: 'en' as const }
const logic = { '==': [{ var: 'region' }, 'east'] }
const content: FormContent = {
  sections: [
    { title: { en: 'Main' }, columns: 2, fields: [{ field: 'name' }, { field: 'region' }] },
    {
      title: {},
      columns: 1,
      fields: [
        { field: 'annual', visible_when: when, visible_logic: logic, required_when: when, required_logic: logic },
        { field: 'gone' },
      ],
    },
  ],
}
const fieldsOf = (sections: ReturnType<typeof stand>) =>
  sections.flatMap((section) => section.fields.map((one) => `${one.field.key}${one.required ? '*' : ''}`))

describe('a form stands as its conditions say', () => {
  it('shows and requires a field when its condition holds', () => {
    expect(fieldsOf(stand(content, customer, { region: 'east' }, undefined, []))).toEqual([
      'name*',
      'region',
      'annual*',
    ])
    expect(fieldsOf(stand(content, customer, { region: 'south' }, undefined, []))).toEqual(['name*', 'region'])
  })

  it('always shows a field that has an error', () => {
    expect(fieldsOf(stand(content, customer, {}, undefined, ['annual']))).toContain('annual')
  })

  it('takes the server’s verdict where the browser cannot decide', () => {
    const server: FormContent = {
      sections: [{ title: {}, columns: 1, fields: [{ field: 'annual', visible_when: when, visible_logic: null }] }],
    }
    const worked = (visible: boolean): WorkedForm => ({
      id: '1',
      name: '',
      sections: [{ title: {}, columns: 1, fields: [{ field: 'annual', visible, required: false }] }],
    })
    expect(fieldsOf(stand(server, customer, {}, worked(false), []))).toEqual([])
    expect(fieldsOf(stand(server, customer, {}, worked(true), []))).toEqual(['annual'])
  })

  it('draws all own fields when no form was drawn', () => {
    expect(plainForm(customer).sections[0]?.fields.map((one) => one.field)).not.toContain('created_at')
  })
})

it('sends only what was changed', () => {
  expect(changes({ a: '1', b: null, c: ['x'] }, { a: '1', b: 'y', c: ['x'] })).toEqual({ b: 'y' })
  expect(changes({}, { a: null })).toEqual({})
})

describe('two people change one record', () => {
  const base = { name: 'A', region: 'east', annual: '1' }

  it('lets both have their way in different fields', () => {
    const merged = mergeEdits(base, { ...base, name: 'B' }, { ...base, region: 'south' })
    expect(merged).toEqual({ values: { name: 'B', region: 'south', annual: '1' }, clashes: [] })
  })

  it('asks about the fields that both changed', () => {
    const { clashes } = mergeEdits(base, { ...base, name: 'B' }, { ...base, name: 'C', annual: '2' })
    expect(clashes).toEqual([{ field: 'name', mine: 'B', theirs: 'C' }])
    expect(mergeEdits(base, { ...base, name: 'B' }, { ...base, name: 'B' }).clashes).toEqual([])
  })
})
