import { describe, expect, it } from 'vitest'
import type { FormContent, WorkedForm } from '@/api/types'
import { Calendar } from '@/logic/calendar'
import { Moment } from '@/logic/moment'
import { customer, field } from '@/test/model'
import { asCreated, changes, defaultsOf, mergeEdits, plainForm, stand } from './formModel'

const moment = new Moment(1_774_938_600_000_000n, new Calendar('Asia/Shanghai'), '7')
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
    expect(fieldsOf(stand(content, { entity: customer, values: { region: 'east' }, moment }, []))).toEqual([
      'name*',
      'region',
      'annual*',
    ])
    expect(fieldsOf(stand(content, { entity: customer, values: { region: 'south' }, moment }, []))).toEqual([
      'name*',
      'region',
    ])
  })

  it('always shows a field that has an error', () => {
    expect(fieldsOf(stand(content, { entity: customer, values: {}, moment }, ['annual']))).toContain('annual')
  })

  it('asks for nothing that is not visible', () => {
    const [shown] = stand(content, { entity: customer, values: {}, moment }, ['annual']).slice(-1)
    expect(shown?.fields.map(({ field, required }) => [field.key, required])).toEqual([['annual', false]])
  })

  it('judges a new record as it will be when it is saved', () => {
    const mine = { '==': [{ var: 'created_by' }, { var: '$me' }] }
    const today = { '>=': [{ var: 'created_at' }, '2026-03-31T06:30:00.000000Z'] }
    const form: FormContent = {
      sections: [
        {
          title: {},
          columns: 1,
          fields: [{ field: 'region', visible_when: when, visible_logic: { and: [mine, today] } }],
        },
      ],
    }
    const entity = {
      ...customer,
      fields: [...customer.fields, field('created_by', 'user', 'record', { system: true })],
    }
    expect(fieldsOf(stand(form, { entity, values: asCreated({}, moment), moment }, []))).toEqual(['region'])
    expect(fieldsOf(stand(form, { entity, values: { created_by: '8' }, moment }, []))).toEqual([])
  })

  it('begins a new record with its defaults', () => {
    const fields = [field('a', 'choice', 'choice', { default: 'east' }), field('b', 'text', 'text', { default: null })]
    expect(defaultsOf({ ...customer, fields })).toEqual({ a: 'east' })
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
    expect(fieldsOf(stand(server, { entity: customer, values: {}, moment, worked: worked(false) }, []))).toEqual([])
    expect(fieldsOf(stand(server, { entity: customer, values: {}, moment, worked: worked(true) }, []))).toEqual([
      'annual',
    ])
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
