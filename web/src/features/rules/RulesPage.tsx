import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { entitiesQuery, labelOf } from '@/api/model'
import { useMay, useSession } from '@/api/session'
import type { Entity } from '@/api/types'
import { useTexts } from '@/locales/i18n'
import { Button, IconButton, LinkButton } from '@/ui/Button'
import { Empty, Loading } from '@/ui/Empty'
import { SearchInput } from '@/ui/Inputs'
import { Icon } from '@/ui/icons'
import { Menu } from '@/ui/Menu'
import { ProblemNote } from '@/ui/ProblemNote'
import { Select } from '@/ui/Select'
import { Top } from '@/ui/Top'
import { formatAgo } from '@/values/time'
import { latestFiringsQuery, type Rule, rulesQuery } from './api'
import { examples } from './examples'
import { StatusPill } from './StatusPill'
import { useSwitching } from './useSwitching'
import './rules.css'

/** All rules: what each says, whether it runs, when it last fired, and what went wrong. */
export default function RulesPage() {
  const { t, language } = useTexts('rules')
  const mayWrite = useMay('manager')
  const rules = useQuery(rulesQuery)
  const entities = useQuery(entitiesQuery).data ?? []
  const [search, setSearch] = useState('')
  const [entity, setEntity] = useState<string | null>(null)
  const wanted = search.trim().toLowerCase()
  const shown = (rules.data ?? []).filter(
    (rule) => (!entity || rule.entity === entity) && wordsOf(rule, language).toLowerCase().includes(wanted),
  )
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
          {rules.error && <ProblemNote error={rules.error} onRetry={() => void rules.refetch()} />}
          {!rules.data && !rules.error && <Loading />}
          {rules.data?.length === 0 && <FirstRule entities={entities} mayWrite={mayWrite} />}
          {(rules.data?.length ?? 0) > 0 && (
            <>
              <div className="rules-filter">
                <SearchInput value={search} onChange={setSearch} label={t('search')} />
                <Select
                  label={t('entity')}
                  placeholder={t('allEntities')}
                  clearable
                  value={entity}
                  onChange={setEntity}
                  choices={entities.map((one) => ({ value: one.key, label: labelOf(one, language) }))}
                />
              </div>
              <ul className="rules-list card">
                {shown.map((rule) => (
                  <RuleLine key={rule.id} rule={rule} entities={entities} mayWrite={mayWrite} />
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

function sentenceOf(rule: Rule, language: 'zh' | 'en'): string {
  const content = rule.draft && rule.status === 'draft' ? rule.draft : (rule.content ?? rule.draft)
  return content?.sentence?.[language] ?? content?.formatted?.[language] ?? content?.text ?? ''
}

const wordsOf = (rule: Rule, language: 'zh' | 'en') => `${rule.name} ${sentenceOf(rule, language)}`

function RuleLine({ rule, entities, mayWrite }: { rule: Rule; entities: Entity[]; mayWrite: boolean }) {
  const { t, language } = useTexts('rules')
  const entity = entities.find((one) => one.key === rule.entity)
  const switching = useSwitching(rule)
  return (
    <li className="rule-line">
      <div className="rule-line-words">
        <p className="line">
          <Link to={`/rules/${rule.id}`} className="rule-line-name">
            {rule.name}
          </Link>
          <StatusPill rule={rule} />
          {entity && <span className="mut">{labelOf(entity, language)}</span>}
        </p>
        <p className="rule-line-sentence">{sentenceOf(rule, language)}</p>
      </div>
      <LastFiring rule={rule} />
      {mayWrite && (
        <span className="rule-line-actions">
          {rule.status !== 'draft' && (
            <Button
              small
              busy={switching.change.isPending}
              onClick={() => switching.change.mutate(rule.status === 'published')}
            >
              {rule.status === 'published' ? t('pause') : t('resume')}
            </Button>
          )}
          <Menu
            items={switching.items.filter((item) => item.key === 'delete').map((one) => ({ ...one, divided: false }))}
          >
            <IconButton small icon="more" label={t('moreFor', { name: rule.name })} />
          </Menu>
        </span>
      )}
    </li>
  )
}

/** When the rule fired last, and how many of its latest effects failed. */
function LastFiring({ rule }: { rule: Rule }) {
  const { t, tag } = useTexts('rules')
  const workspace = useSession()?.workspace
  const { data } = useQuery({ ...latestFiringsQuery(rule.id), enabled: rule.status !== 'draft' })
  if (rule.status === 'draft') return <span className="rule-line-fired mut">{t('notPublished')}</span>
  const last = data?.items[0]
  const failed = data?.items.flatMap((one) => one.effects).filter((effect) => effect.status === 'failed').length ?? 0
  const now = workspace ? Date.parse(workspace.now) : Date.now()
  return (
    <span className="rule-line-fired">
      {failed > 0 && (
        <Link to="/firings" search={{ rule: rule.id } as never} className="rule-line-failed">
          <Icon name="warning" />
          {t('failedEffects', { count: failed })}
        </Link>
      )}
      {last ? (
        <Link to="/firings" search={{ rule: rule.id } as never} className="num">
          {t('firedAgo', { ago: formatAgo(last.at, now, tag, workspace?.timezone ?? 'UTC') })}
        </Link>
      ) : (
        <span className="mut">{data ? t('neverFired') : ''}</span>
      )}
    </span>
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
