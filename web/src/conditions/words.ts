/** A clause as people say it, for the sentence above a grid. */
import { labelOf, optionOf, pathLabel, resolvePath } from '@/api/model'
import type { Entity, Field } from '@/api/types'
import type { LanguageTag } from '@/locales/i18n'
import { formatDecimal } from '@/values/decimal'
import type { Clause } from './clauses'
import { operatorOf } from './operators'

type Texts = (key: string, options?: Record<string, unknown>) => string

function valueWords(value: string, field: Field, tag: LanguageTag): string {
  const option = optionOf(field, value)
  if (option) return labelOf(option, tag === 'zh-CN' ? 'zh' : 'en')
  return field.value_kind === 'number' ? formatDecimal(value, tag) : value
}

export function clauseWords(clause: Clause, entities: Entity[], entity: Entity, t: Texts, tag: LanguageTag): string {
  const found = resolvePath(entities, entity, clause.path)
  if (!found) return clause.path
  const subject = pathLabel(found, tag === 'zh-CN' ? 'zh' : 'en')
  const { input } = operatorOf(clause.operator)
  const operator = t(`operators.${clause.operator}`)
  const [first = '…', second = '…'] = clause.values
  const values = clause.values.length ? clause.values.map((value) => valueWords(value, found.field, tag)) : ['…']
  switch (input) {
    case 'none':
      return `${subject} ${operator}`
    case 'two':
      return `${subject} ${operator} ${values[0] ?? '…'} ${t('to')} ${values[1] ?? '…'}`
    case 'duration':
      return `${subject} ${t(`durations.${clause.operator}`, { amount: first, unit: t(`units.${second === '…' ? 'days' : second}`) })}`
    case 'period':
      return `${subject} ${operator} ${first === '…' ? first : t(`periods.${first}`)}`
    default:
      return `${subject} ${operator} ${values.join(tag === 'zh-CN' ? '、' : ', ')}`
  }
}
