/** The fields that can be asked for: the entity's own and those one reference away. */
import { type FieldPath, resolvePath } from '@/api/model'
import type { Entity } from '@/api/types'

const HIDDEN = new Set(['id', 'version'])

/** Own fields first, then those of referenced records (`owner.name`); system fields last. */
export function pathsOf(entities: Entity[], entity: Entity, depth = 2): FieldPath[] {
  const own = entity.fields.filter((field) => !HIDDEN.has(field.key))
  const ordered = [...own.filter((field) => !field.system), ...own.filter((field) => field.system)]
  const paths = ordered.map((field) => field.key)
  if (depth > 1) {
    for (const field of ordered.filter((one) => one.to && !one.system)) {
      const target = entities.find((one) => one.key === field.to)
      const inner = target?.fields.filter((one) => !one.system && one.type !== 'files') ?? []
      paths.push(...inner.map((one) => `${field.key}.${one.key}`))
    }
  }
  return paths.map((path) => resolvePath(entities, entity, path)).filter((found) => found !== undefined)
}
