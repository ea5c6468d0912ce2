import { labelOf } from '@/api/model'
import type { Entity } from '@/api/types'
import { useTexts } from '@/locales/i18n'
import { Segmented } from '@/ui/Inputs'
import { Select } from '@/ui/Select'
import type { Import } from './api'
import {
  endGroup,
  groupBy,
  importable,
  lineEntities,
  linesOf,
  overLines,
  type Plan,
  positionOf,
  setPosition,
  startGroup,
  workOut,
} from './plan'

interface PartProps {
  one: Import
  plan: Plan
  entity: Entity
  entities: Entity[]
  onPlan: (plan: Plan) => void
}

/** Whether a row is a record, or a line of one: then by which column lines belong together, and what they become. */
export function GroupPart({ one, plan, entity, entities, onPlan }: PartProps) {
  const { t, language } = useTexts('imports')
  const possible = lineEntities(entity, entities)
  if (!possible.length) return null
  const start = (key?: string) => {
    const found = possible.find(({ child }) => child.key === key) ?? mostLike(possible, one)
    if (!found) return
    const lines = { entity: found.child.key, parent: found.parent.key }
    const known = one.line_suggestions[found.child.key]
    const columns = known?.parent === found.parent.key ? known.columns : {}
    onPlan(startGroup(plan, entity, one.columns, { ...lines, columns }))
  }
  const child = entities.find((candidate) => candidate.key === plan.group?.entity)
  return (
    <section className="card card-body import-group" aria-label={t('rowsAre')}>
      <Segmented
        label={t('rowsAre')}
        value={plan.group ? 'lines' : 'records'}
        onChange={(next) => (next === 'lines' ? start() : onPlan(endGroup(plan)))}
        options={[
          { value: 'records', label: t('rowIsRecord', { entity: labelOf(entity, language) }) },
          { value: 'lines', label: t('rowIsLine', { entity: labelOf(entity, language) }) },
        ]}
      />
      {plan.group && child && (
        <>
          <div className="import-group-line">
            <span>{t('groupBy')}</span>
            <Select
              label={t('groupBy')}
              value={plan.group.by}
              choices={one.columns.map((column) => ({ value: column, label: column }))}
              onChange={(by) => by && onPlan(groupBy(plan, by))}
            />
            <span>{t('linesBecome')}</span>
            <Select
              label={t('linesBecome')}
              value={plan.group.entity}
              choices={possible.map((each) => ({ value: each.child.key, label: labelOf(each.child, language) }))}
              onChange={(key) => key && start(key)}
            />
          </div>
          <OverLinesPart one={one} plan={plan} entity={entity} child={child} onPlan={onPlan} />
        </>
      )}
    </section>
  )
}

/** The entity of which most fields find a column in the file. */
function mostLike(possible: ReturnType<typeof lineEntities>, one: Import) {
  const fed = (key: string) => Object.keys(one.line_suggestions[key]?.columns ?? {}).length
  return [...possible].sort((a, b) => fed(b.child.key) - fed(a.child.key))[0]
}

/** Numbers of the record that are worked out over its lines, and the number of each line. */
function OverLinesPart({
  one,
  plan,
  entity,
  child,
  onPlan,
}: Omit<PartProps, 'entities'> & {
  child: Entity
}) {
  const { t, language } = useTexts('imports')
  const numbers = importable(entity).filter((field) => field.type === 'number')
  const places = importable(child).filter((field) => field.type === 'number' && field.key !== plan.group?.parent)
  const position = positionOf(plan)
  const fed = Object.keys(linesOf(plan).columns)
  return (
    <div className="import-over">
      {numbers.map((field) => {
        const how = overLines(plan.columns[field.key])
        const label = labelOf(field, language)
        return (
          <div key={field.key} className="import-group-line">
            <b>{label}</b>
            <Select
              label={t('overLinesOf', { field: label })}
              value={how ? ('sum' in how ? 'sum' : 'count') : 'cell'}
              choices={(['cell', 'sum', 'count'] as const).map((value) => ({
                value,
                label: t(`overLines.${value}`),
              }))}
              onChange={(next) =>
                onPlan(
                  workOut(plan, field.key, next === 'sum' ? { sum: [] } : next === 'count' ? { count: true } : null),
                )
              }
            />
            {how && 'sum' in how && (
              <Select
                many
                label={t('factorsOf', { field: label })}
                placeholder={t('factors')}
                value={how.sum}
                choices={one.columns.map((column) => ({ value: column, label: column }))}
                onChange={(sum) => onPlan(workOut(plan, field.key, { sum }))}
              />
            )}
          </div>
        )
      })}
      {places.length > 0 && (
        <div className="import-group-line">
          <b>{t('position')}</b>
          <Select
            label={t('position')}
            placeholder={t('leftOut')}
            clearable
            value={position}
            choices={places
              .filter((field) => field.key === position || !fed.includes(field.key))
              .map((field) => ({ value: field.key, label: labelOf(field, language) }))}
            onChange={(field) => onPlan(setPosition(plan, field))}
          />
        </div>
      )}
    </div>
  )
}
