import { expect, it } from 'vitest'
import type { Entity } from '@/api/types'
import { customer, entities, field } from '@/test/model'
import { examples } from './examples'
import { actionLines, clauseLines } from './lines'
import { isBare, nameOf } from './useRuleDraft'

const order: Entity = {
  ...customer,
  key: 'order',
  name: 'order',
  labels: { en: 'Order', zh: '订单' },
  time_field: 'at',
}
const rich: Entity = {
  ...customer,
  collections: [{ name: 'orders', labels: { en: 'Orders', zh: '订单' }, entity: 'order', via: 'customer' }],
  fields: [
    ...customer.fields,
    field('stage', 'choice', 'choice', {
      labels: { en: 'Stage', zh: '阶段' },
      options: ['a', 'b', 'c'].map((value) => ({ value, labels: { en: `${value}!`, zh: `${value}段` }, color: null })),
    }),
  ],
}

it('makes rules of the own entities, in both languages', () => {
  const made = examples([rich, order, ...entities], 'en')
  expect(made.map((one) => one.key)).toEqual(['silent', 'stuck', 'created'])
  expect(made[0]?.text).toBe(
    'rule "No orders for 30 days" on customer\nwhen no orders in the last 30 days\nthen notify owner "{name} had no orders for 30 days"',
  )
  expect(examples([rich, order], 'zh')[1]?.text).toBe(
    '规则 "停在b段" 针对 客户\n当 阶段 = "b段" 持续 72 小时\n则 通知 负责人 "{名称} 停在b段已满 72 小时"',
  )
  expect(examples([], 'en')).toEqual([])
})

it('reads the name and the actions of a rule', () => {
  expect(nameOf('规则 “唤回” 针对 客户')).toBe('唤回')
  expect(nameOf('# nothing')).toBe('')
  expect(actionLines('rule "x" on y\nwhen a\nthen set b = 1\n     notify me "c"\n# end', 'en')).toEqual([
    'set b = 1',
    'notify me "c"',
  ])
})

it('keeps the actions of a choice together', () => {
  const text =
    'rule "x" on y\nwhen a\nthen if b = "(" (\n       set c = 1\n     ) else (\n       set c = 2\n     )\n     delete this'
  expect(actionLines(text, 'en')).toEqual(['if b = "(" (\n  set c = 1\n) else (\n  set c = 2\n)', 'delete this'])
})

it('tells the actions from the other clauses', () => {
  const text = '规则 "x" 针对 y\n当 a\n则 设置 b = 1\n   通知 我 "c"\n结束时 设置 b = 空\n每 90 天 最多 1 次'
  expect(actionLines(text, 'zh')).toEqual(['设置 b = 1', '通知 我 "c"'])
  expect(clauseLines(text, 'zh')).toEqual(['结束时 设置 b = 空', '每 90 天 最多 1 次'])
  expect(clauseLines('rule "x" on y\nwhen a\nthen set b = 1', 'en')).toEqual([])
})

it('tells bare words from what somebody wrote', () => {
  for (const bare of ['', ' \n', 'rule "" on \nwhen \nthen ', '规则 "" 针对 \n当 \n则 '])
    expect(isBare(bare)).toBe(true)
  for (const own of ['rule "A" on customer', '规则 "" 针对 客户', 'then notify me']) expect(isBare(own)).toBe(false)
})
