/** How a form is laid out, and how each act of building changes it. Pure; every act gives a new content. */
import type { FormContent, FormField, FormSection, Labels, LanguageText } from '@/api/types'
import { put } from '@/ui/drag/ids'

export type ConditionKind = 'visible_when' | 'required_when'

export const zoneOf = (section: number) => `section-${section}`

/** The section of a zone's name; null for another zone. */
export function sectionOf(zone: string): number | null {
  const match = /^section-(\d+)$/.exec(zone)
  return match ? Number(match[1]) : null
}

const change = (content: FormContent, at: number, how: (section: FormSection) => FormSection): FormContent => ({
  sections: content.sections.map((section, index) => (index === at ? how(section) : section)),
})

export function addSection(content: FormContent): FormContent {
  return { sections: [...content.sections, { title: {}, columns: 2, fields: [] }] }
}

/** Removes a section; its fields go back to the palette. */
export function removeSection(content: FormContent, at: number): FormContent {
  return { sections: content.sections.filter((_, index) => index !== at) }
}

export function moveSection(content: FormContent, at: number, by: -1 | 1): FormContent {
  const to = at + by
  const sections = [...content.sections]
  const [held] = sections.splice(at, 1)
  if (!held || to < 0 || to > sections.length) return content
  sections.splice(to, 0, held)
  return { sections }
}

export const setTitle = (content: FormContent, at: number, title: Labels) =>
  change(content, at, (section) => ({ ...section, title }))

export const setColumns = (content: FormContent, at: number, columns: number) =>
  change(content, at, (section) => ({ ...section, columns }))

export function findField(content: FormContent, key: string): FormField | undefined {
  return content.sections.flatMap((section) => section.fields).find((field) => field.field === key)
}

/** Puts a field into a section, before another one or at its end; a field stands in one place only and keeps its conditions. */
export function placeField(content: FormContent, at: number, key: string, before: string | null = null): FormContent {
  const held = findField(content, key) ?? { field: key }
  const sections = content.sections.map((section, index) => {
    if (index !== at) return { ...section, fields: section.fields.filter((field) => field.field !== key) }
    const keys = put(
      section.fields.map((field) => field.field),
      key,
      before,
    )
    const fields = keys.flatMap((one) => (one === key ? [held] : section.fields.filter((field) => field.field === one)))
    return { ...section, fields }
  })
  return { sections }
}

export function removeField(content: FormContent, key: string): FormContent {
  return {
    sections: content.sections.map((section) => ({
      ...section,
      fields: section.fields.filter((field) => field.field !== key),
    })),
  }
}

export function setCondition(
  content: FormContent,
  key: string,
  kind: ConditionKind,
  when: LanguageText | null,
): FormContent {
  const set = (field: FormField) => (field.field === key ? { ...field, [kind]: when } : field)
  return { sections: content.sections.map((section) => ({ ...section, fields: section.fields.map(set) })) }
}

/** What is sent: without the JsonLogic that the server adds to its answers. */
export function bare(content: FormContent): FormContent {
  const strip = ({ field, visible_when, required_when }: FormField): FormField => ({
    field,
    visible_when: visible_when ?? null,
    required_when: required_when ?? null,
  })
  return {
    sections: content.sections.map((section) => ({
      title: section.title ?? {},
      columns: section.columns,
      fields: section.fields.map(strip),
    })),
  }
}

/** Every condition of the form, once. */
export function conditionsOf(content: FormContent): LanguageText[] {
  const all = content.sections.flatMap((section) =>
    section.fields.flatMap((field) => [field.visible_when, field.required_when]),
  )
  const seen = new Map(all.flatMap((when) => (when ? [[JSON.stringify(when), when] as const] : [])))
  return [...seen.values()]
}

/** The form with the JsonLogic of its conditions, as the preview needs it. */
export function withLogic(content: FormContent, logicOf: (when: LanguageText) => unknown): FormContent {
  const logic = (when: LanguageText | null | undefined) => (when ? logicOf(when) : null)
  const fill = (field: FormField): FormField => ({
    ...field,
    visible_logic: logic(field.visible_when),
    required_logic: logic(field.required_when),
  })
  return { sections: content.sections.map((section) => ({ ...section, fields: section.fields.map(fill) })) }
}
