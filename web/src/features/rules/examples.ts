/** Rules to begin with, made of the workspace's own entities and fields. */
import { labelOf } from '@/api/model'
import type { Collection, Entity, Field, LanguageCode } from '@/api/types'
import { nameText } from './blocks/write'

export interface Example {
  key: 'silent' | 'created' | 'stuck'
  /** What it is about: names for the text of the button. */
  entity: string
  detail: string
  text: string
}

const own = (entity: Entity) => entity.fields.filter((field) => !field.system)

/** Whom to tell: a person named on the record, else who created it. */
function recipient(entity: Entity): Field | undefined {
  return (
    own(entity).find((field) => field.type === 'user') ??
    entity.fields.find((field) => field.system && field.type === 'user')
  )
}

function titled(entity: Entity): Field | undefined {
  return (
    own(entity).find((field) => field.key === entity.title_field || field.id === entity.title_field) ??
    own(entity).find((field) => field.type === 'text')
  )
}

const word = (thing: { labels: Entity['labels']; name: string }, language: LanguageCode) =>
  nameText(language === 'zh' ? labelOf(thing, 'zh') : thing.name)

function told(entity: Entity, language: LanguageCode, say: string): string {
  const [user, title] = [recipient(entity), titled(entity)]
  const subject = title ? `{${word(title, language)}}` : labelOf(entity, language)
  const to = user ? word(user, language) : language === 'zh' ? '我' : 'me'
  return language === 'zh' ? `则 通知 ${to} "${subject} ${say}"` : `then notify ${to} "${subject} ${say}"`
}

/** How much the silence of an entity's rows matters: those with a time and an amount come first. */
function weight(entity: Entity | undefined): number {
  if (!entity?.time_field) return 0
  const exact = own(entity).some((field) => field.type === 'number' && field.decimals > 0)
  return 1 + (exact ? 2 : 0) + (own(entity).some((field) => field.type === 'datetime') ? 1 : 0)
}

/** The collection whose silence matters most: rows with a time of their own. */
function talking(entity: Entity, entities: Entity[]): Collection | undefined {
  const weighed = entity.collections.map((one) => ({
    one,
    weight: weight(entities.find((other) => other.key === one.entity)),
  }))
  return weighed.filter((each) => each.weight > 0).sort((a, b) => b.weight - a.weight)[0]?.one
}

function silent(entities: Entity[], language: LanguageCode): Example | null {
  const entity = entities.find((one) => one.key !== 'user' && talking(one, entities))
  const rows = entity && talking(entity, entities)
  if (!entity || !rows) return null
  const [name, many, plain] = [word(entity, language), word(rows, language), labelOf(rows, language)]
  const text =
    language === 'zh'
      ? `规则 "30 天没有${plain}" 针对 ${name}\n当 近 30 天 没有 ${many}\n${told(entity, 'zh', `已经 30 天没有${plain}`)}`
      : `rule "No ${plain.toLowerCase()} for 30 days" on ${name}\nwhen no ${many} in the last 30 days\n${told(entity, 'en', `had no ${plain.toLowerCase()} for 30 days`)}`
  return { key: 'silent', entity: labelOf(entity, language), detail: plain, text }
}

function stuck(entities: Entity[], language: LanguageCode): Example | null {
  const found = entities
    .filter((one) => one.key !== 'user')
    .map((entity) => ({
      entity,
      field: own(entity).find((field) => field.type === 'choice' && field.options.length > 2),
    }))
    .find((one) => one.field && recipient(one.entity))
  const option = found?.field?.options[1]
  if (!found?.field || !option) return null
  const { entity, field } = found
  const value = labelOf(option, language)
  const text =
    language === 'zh'
      ? `规则 "停在${value}" 针对 ${word(entity, 'zh')}\n当 ${word(field, 'zh')} = "${value}" 持续 72 小时\n${told(entity, 'zh', `停在${value}已满 72 小时`)}`
      : `rule "Stuck in ${value}" on ${word(entity, 'en')}\nwhen ${word(field, 'en')} = "${value}" for 72 hours\n${told(entity, 'en', `has been in ${value} for 72 hours`)}`
  return { key: 'stuck', entity: labelOf(entity, language), detail: value, text }
}

function created(entities: Entity[], language: LanguageCode): Example | null {
  const entity = entities.find((one) => one.key !== 'user')
  if (!entity) return null
  const plain = labelOf(entity, language)
  const text =
    language === 'zh'
      ? `规则 "新建${plain}" 针对 ${word(entity, 'zh')}\n当 记录被创建\n${told(entity, 'zh', '已创建')}`
      : `rule "New ${plain.toLowerCase()}" on ${word(entity, 'en')}\nwhen record is created\n${told(entity, 'en', 'was created')}`
  return { key: 'created', entity: plain, detail: plain, text }
}

/** Up to three examples; none when nothing is drawn yet. */
export function examples(entities: Entity[], language: LanguageCode): Example[] {
  return [silent, stuck, created].map((make) => make(entities, language)).filter((example) => example !== null)
}
