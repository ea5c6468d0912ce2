/** How a record's form stands: which fields show, which are required, and what a person has changed. Pure. */
import type { Entity, Field, FormContent, FormField, Labels, Values, WorkedForm } from '@/api/types'
import { instantText } from '@/logic/days'
import { decide } from '@/logic/logic'
import type { Moment } from '@/logic/moment'

export interface ShownField {
  field: Field
  required: boolean
}

export interface ShownSection {
  title: Labels
  columns: number
  fields: ShownField[]
}

const OWN_SECTION = 2

/** The form of an entity that nobody has drawn one for: all own fields in two columns. */
export function plainForm(entity: Entity): FormContent {
  const fields = entity.fields.filter((field) => !field.system).map((field) => ({ field: field.key }))
  return { sections: [{ title: {}, columns: OWN_SECTION, fields }] }
}

/** The defaults that the server would give a new record. */
export function defaultsOf(entity: Entity): Values {
  const given = entity.fields.filter((field) => !field.system && (field.default ?? null) !== null)
  return Object.fromEntries(given.map((field) => [field.key, field.default ?? null]))
}

/** A new record as conditions will read it when it is saved: with what the system writes. */
export function asCreated(values: Values, moment: Moment): Values {
  const [now, me] = [instantText(moment.now), moment.me]
  return { ...values, created_at: now, updated_at: now, created_by: me, updated_by: me, version: '1' }
}

/** How conditions about one record are decided: `worked` is the server's last verdict on the stored record. */
export interface Judging {
  entity: Entity
  values: Values
  moment: Moment
  worked?: WorkedForm | undefined
}

function verdict(
  { entity, values, moment }: Judging,
  when: unknown,
  logic: unknown,
  worked: boolean | undefined,
  otherwise: boolean,
): boolean {
  if (!when) return otherwise
  return decide(logic, values, entity.fields, moment) ?? worked ?? otherwise
}

/**
 * The sections as they stand for a record. The browser decides what it can; for the rest the server's last verdict
 * stands. A field that has an error is always shown: nothing may be wrong out of sight.
 */
export function stand(content: FormContent, record: Judging, wrong: string[]): ShownSection[] {
  const { entity, worked } = record
  const judged = new Map(worked?.sections.flatMap((section) => section.fields.map((one) => [one.field, one] as const)))
  const shown = (one: FormField): ShownField[] => {
    const field = entity.fields.find((candidate) => candidate.key === one.field)
    if (!field) return []
    const known = judged.get(one.field)
    const visible = verdict(record, one.visible_when, one.visible_logic, known?.visible, true)
    if (!visible && !wrong.includes(one.field)) return []
    const asked = verdict(record, one.required_when, one.required_logic, known?.required, false)
    const required = field.required || (visible && asked)
    return [{ field, required }]
  }
  return content.sections
    .map((section) => ({ title: section.title ?? {}, columns: section.columns, fields: section.fields.flatMap(shown) }))
    .filter((section) => section.fields.length > 0)
}

/** What differs from the stored values: the body of a change. */
export function changes(before: Values, now: Values): Values {
  const keys = Object.keys(now).filter(
    (key) => JSON.stringify(now[key] ?? null) !== JSON.stringify(before[key] ?? null),
  )
  return Object.fromEntries(keys.map((key) => [key, now[key] ?? null]))
}

export interface Clash {
  field: string
  mine: Values[string]
  theirs: Values[string]
}

/**
 * Two people changed a record. Fields that only one of them touched go together; those that both changed to different
 * values are clashes for a person to settle.
 */
export function mergeEdits(base: Values, mine: Values, theirs: Values): { values: Values; clashes: Clash[] } {
  const own = changes(base, mine)
  const other = changes(base, { ...base, ...theirs })
  const clashes = Object.keys(own)
    .filter((key) => key in other && JSON.stringify(own[key]) !== JSON.stringify(other[key]))
    .map((field) => ({ field, mine: own[field] ?? null, theirs: other[field] ?? null }))
  return { values: { ...theirs, ...own }, clashes }
}
