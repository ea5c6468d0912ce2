import { useState } from 'react'
import { pathLabel, resolvePath } from '@/api/model'
import type { Entity } from '@/api/types'
import { ClauseValue } from '@/conditions/ClauseValue'
import { type Clause, isComplete, read, write } from '@/conditions/clauses'
import { type OperatorName, operatorOf, operatorsOf } from '@/conditions/operators'
import { pathsOf } from '@/conditions/paths'
import { useTexts } from '@/locales/i18n'
import { Select } from '@/ui/Select'
import { freshClause } from './choices'

/** One comparison of a related record as controls; what says more stays a text. */
export function InnerCondition({
  text,
  target,
  entities,
  onText,
}: {
  text: string
  target: Entity
  entities: Entity[]
  onText: (text: string) => void
}) {
  const { t, language } = useTexts('conditions')
  const list = text ? read(text, entities, target) : null
  const [half, setHalf] = useState<Clause | null>(null)
  const first = pathsOf(entities, target)[0]?.path ?? 'id'
  const clause = half ?? list?.clauses[0] ?? (text ? null : freshClause(first, entities, target))
  const field = clause && resolvePath(entities, target, clause.path)?.field
  if (!clause || !field || (list && list.clauses.length > 1)) return <code className="block-raw">{text}</code>
  const change = (next: Clause) => {
    // A comparison without its value is not part of the condition yet.
    setHalf(isComplete(next) ? null : next)
    if (isComplete(next)) {
      onText(write({ join: 'and', clauses: [next] }, (path) => resolvePath(entities, target, path)?.field))
    }
  }
  const pickOperator = (name: string | null) => {
    const operator = operatorOf((name ?? clause.operator) as OperatorName)
    const keeps = operator.input === operatorOf(clause.operator).input
    change({ ...clause, operator: operator.name, values: keeps ? clause.values : [] })
  }
  return (
    <>
      <span className="block-subject">
        <Select
          label={t('field')}
          value={clause.path}
          choices={pathsOf(entities, target).map((found) => ({ value: found.path, label: pathLabel(found, language) }))}
          onChange={(path) => path && change(freshClause(path, entities, target))}
        />
      </span>
      <span className="block-operator">
        <Select
          label={t('operator')}
          value={clause.operator}
          choices={operatorsOf(field).map(({ name }) => ({ value: name, label: t(`operators.${name}`) }))}
          onChange={pickOperator}
        />
      </span>
      {operatorOf(clause.operator).input !== 'none' && (
        <span className="block-value">
          <ClauseValue clause={clause} field={field} onChange={(values) => change({ ...clause, values })} />
        </span>
      )}
    </>
  )
}
