import type { Entity, FormContent } from '@/api/types'

/** The form that a new one starts from: short fields in two columns, long ones below. */
export function firstForm(entity: Entity): FormContent {
  const own = entity.fields.filter((field) => !field.system)
  const long = own.filter((field) => field.type === 'longtext' || field.type === 'files')
  const short = own.filter((field) => !long.includes(field))
  const section = (title: { zh: string; en: string }, columns: number, fields: typeof own) => ({
    title,
    columns,
    fields: fields.map((field) => ({ field: field.key })),
  })
  const sections = [section({ zh: '基本信息', en: 'Basics' }, 2, short)]
  if (long.length) sections.push(section({ zh: '更多', en: 'More' }, 1, long))
  return { sections }
}
