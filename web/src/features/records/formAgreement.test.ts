/** The forms of the shipped app: what is shown and asked for here is what the server said (a story test writes it). */
import { describe, expect, it } from 'vitest'
import type { Entity, Field, FormContent, Values } from '@/api/types'
import { Calendar } from '@/logic/calendar'
import { Moment } from '@/logic/moment'
import { customer } from '@/test/model'
import told from '../../../../tests/conformance/shipped_forms.json?raw'
import { asCreated, defaultsOf, stand } from './formModel'

interface Told {
  forms: Record<string, { content: FormContent; fields: Field[] }>
  cases: { entity: string; values: Values; missing: string[]; visible: string[]; required: string[] }[]
}

const { forms, cases } = JSON.parse(told) as Told
const moment = new Moment(1_774_938_600_000_000n, new Calendar('Asia/Shanghai'), '7')
const isEmpty = (value: unknown) => value === null || value === undefined || value === ''

describe('forms of the shipped app', () => {
  it('were refused and accepted', () => {
    expect(cases.filter((one) => one.missing.length).length).toBeGreaterThan(5)
    expect(cases.filter((one) => !one.missing.length).length).toBeGreaterThan(5)
  })

  it.each(cases)('$entity with $values misses $missing', ({ entity: key, values, missing, visible, required }) => {
    const form = forms[key]
    if (!form) throw new Error(`no form of ${key}`)
    const entity: Entity = { ...customer, key, fields: form.fields }
    const entered = { ...defaultsOf(entity), ...values }
    const fields = stand(form.content, { entity, values: asCreated(entered, moment), moment }, []).flatMap(
      (section) => section.fields,
    )
    const asked = fields.filter((one) => one.required).map((one) => one.field.key)
    expect(fields.map((one) => one.field.key)).toEqual(visible)
    expect(asked).toEqual(required)
    expect(asked.filter((name) => isEmpty(entered[name])).sort()).toEqual(missing)
  })
})
