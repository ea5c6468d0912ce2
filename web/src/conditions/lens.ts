/** From a stored condition to clauses, and the first clause of a field. */
import { resolvePath } from '@/api/model'
import type { Entity, LanguageText } from '@/api/types'
import { type Clause, type ClauseList, read } from './clauses'
import { operatorsOf } from './operators'

/** The clauses of a condition: from the text itself when it is English, else from the server's English form of it. */
export function listOf(
  value: LanguageText | null,
  formatted: string | undefined,
  entities: Entity[],
  entity: Entity,
): ClauseList | null {
  if (!value) return null
  if (value.language === 'en')
    return read(value.text, entities, entity) ?? (formatted ? read(formatted, entities, entity) : null)
  return formatted ? read(formatted, entities, entity) : null
}

export function freshClause(path: string, entities: Entity[], entity: Entity): Clause {
  const field = resolvePath(entities, entity, path)?.field
  const [operator] = field ? operatorsOf(field) : []
  return { path, operator: operator?.name ?? 'notEmpty', values: [] }
}
