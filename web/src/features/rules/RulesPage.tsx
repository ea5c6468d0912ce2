import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { entitiesQuery, labelOf } from '@/api/model'
import { useMay } from '@/api/session'
import type { Entity } from '@/api/types'
import { useTexts } from '@/locales/i18n'
import { LinkButton } from '@/ui/Button'
import { Empty, Loading } from '@/ui/Empty'
import { SearchInput } from '@/ui/Inputs'
import { ProblemNote } from '@/ui/ProblemNote'
import { Select } from '@/ui/Select'
import { Top } from '@/ui/Top'
import { HEALTHS, type Health, healthQuery, rulesQuery } from './api'
import { examples } from './examples'
import { filtered, type ListFilter } from './list/model'
import { RuleLine } from './list/RuleLine'
import './rules.css'
import './list/list.css'

/** All rules: what each says, whether it runs, when it last fired, and what went wrong. */
export default function RulesPage() {
  const { t, language } = useTexts('rules')
  const mayWrite = useMay('manager')
  const rules = useQuery(rulesQuery)
  const entities = useQuery(entitiesQuery).data ?? []
  const health = useQuery(healthQuery)
  const [filter, setFilter] = useState<ListFilter>({ search: '', entity: null, health: null })
  const shown = filtered(rules.data ?? [], health.data, filter, language)
  return (
    <>
      <Top title={t('rail')}>
        {mayWrite && (rules.data?.length ?? 0) > 0 && (
          <LinkButton to="/rules/new" tone="primary" icon="plus">
            {t('new')}
          </LinkButton>
        )}
      </Top>
      <div className="page">
        <div className="page-narrow stack">
          {health.error && <ProblemNote error={health.error} onRetry={() => void health.refetch()} />}
          {rules.error && <ProblemNote error={rules.error} onRetry={() => void rules.refetch()} />}
          {!rules.data && !rules.error && <Loading />}
          {rules.data?.length === 0 && <FirstRule entities={entities} mayWrite={mayWrite} />}
          {(rules.data?.length ?? 0) > 0 && (
            <>
              <div className="rules-filter">
                <SearchInput
                  value={filter.search}
                  onChange={(search) => setFilter({ ...filter, search })}
                  label={t('search')}
                />
                <Select
                  label={t('entity')}
                  placeholder={t('allEntities')}
                  clearable
                  value={filter.entity}
                  onChange={(entity) => setFilter({ ...filter, entity })}
                  choices={entities.map((one) => ({ value: one.key, label: labelOf(one, language) }))}
                />
                <Select
                  label={t('health.label')}
                  placeholder={t('health.all')}
                  clearable
                  value={filter.health}
                  onChange={(one) => setFilter({ ...filter, health: one as Health | null })}
                  choices={HEALTHS.map((one) => ({ value: one, label: t(`health.${one}`) }))}
                />
              </div>
              <ul className="rules-list card">
                {shown.map((rule) => (
                  <RuleLine
                    key={rule.id}
                    rule={rule}
                    health={health.data?.get(rule.id)}
                    entities={entities}
                    mayWrite={mayWrite}
                  />
                ))}
                {shown.length === 0 && <li className="mut rules-none">{t('nothingFound')}</li>}
              </ul>
            </>
          )}
        </div>
      </div>
    </>
  )
}

/** Nothing here yet: rules made of the workspace's own fields, one click away. */
function FirstRule({ entities, mayWrite }: { entities: Entity[]; mayWrite: boolean }) {
  const { t, language } = useTexts('rules')
  const found = examples(entities, language)
  return (
    <Empty icon="bolt" title={t('first.title')}>
      {t('first.text')}
      {mayWrite && (
        <span className="rule-examples">
          {found.map((one) => (
            <Link key={one.key} to="/rules/new" search={{ example: one.key } as never} className="card rule-example">
              <b>{t(`first.${one.key}`, { entity: one.entity, detail: one.detail })}</b>
              <code>{one.text}</code>
            </Link>
          ))}
        </span>
      )}
    </Empty>
  )
}
