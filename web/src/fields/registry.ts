import type { FieldType } from './field'

const found = import.meta.glob<{ default: FieldType }>('./*/index.tsx', { eager: true })
const byType = new Map(Object.values(found).map((module) => [module.default.type, module.default]))
const generic = byType.get('text')

/** The field type of a name; a plug-in's type without a web part looks like text. */
export function fieldType(type: string): FieldType {
  const known = byType.get(type) ?? generic
  if (!known) throw new Error('the text field is missing')
  return known
}

/** The types that people can draw; ids belong to the system. */
export const drawableTypes = [...byType.values()]
  .filter((known) => known.Editor || known.workedOut)
  .map((known) => known.type)
