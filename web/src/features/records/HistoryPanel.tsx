import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { labelOf } from '@/api/model'
import { historyQuery } from '@/api/records'
import { useSession } from '@/api/session'
import type { Entity, HistoryEntry, Value } from '@/api/types'
import type { RecordPanelProps } from '@/app/feature'
import { fieldType } from '@/fields/registry'
import { useTexts } from '@/locales/i18n'
import { Button } from '@/ui/Button'
import { Chain } from '@/ui/Chain'
import { Empty, Loading } from '@/ui/Empty'
import { Icon } from '@/ui/icons'
import { ProblemNote } from '@/ui/ProblemNote'
import { formatInstant } from '@/values/time'

/** Every change of the record: who, when, why, and each value before and after. */
export default function HistoryPanel({ entity, row }: RecordPanelProps) {
  const { t } = useTexts('records')
  const [cursors, setCursors] = useState<(string | undefined)[]>([undefined])
  return (
    <section className="card history" aria-label={t('tabs.history')}>
      {cursors.map((after, index) => (
        <HistoryPage
          key={after ?? ''}
          entity={entity}
          id={row.id}
          after={after}
          onMore={index === cursors.length - 1 ? (next) => setCursors((known) => [...known, next]) : undefined}
        />
      ))}
    </section>
  )
}

function HistoryPage({
  entity,
  id,
  after,
  onMore,
}: {
  entity: Entity
  id: string
  after?: string
  onMore?: (next: string) => void
}) {
  const { t } = useTexts('records')
  const { data, error } = useQuery(historyQuery(entity.key, id, after))
  if (error) return <ProblemNote error={error} />
  if (!data) return <Loading lines={4} />
  if (!after && !data.items.length) return <Empty icon="clock" title={t('noHistory')} />
  const { next } = data
  return (
    <>
      <ol>
        {data.items.map((entry) => (
          <Entry key={entry.id} entity={entity} entry={entry} />
        ))}
      </ol>
      {next && onMore && (
        <Button small onClick={() => onMore(next)}>
          {t('more')}
        </Button>
      )}
    </>
  )
}

function Entry({ entity, entry }: { entity: Entity; entry: HistoryEntry }) {
  const { t } = useTexts('records')
  const zone = useSession()?.workspace.timezone ?? 'UTC'
  const actor = entry.actor?.title ?? t('nobody')
  return (
    <li className="history-entry">
      <p>
        <span className="avatar" aria-hidden="true">
          {actor.slice(0, 1)}
        </span>
        <b>{actor}</b>
        <span className="mut">{t(`causes.${entry.cause}`, { defaultValue: entry.cause })}</span>
        <span className="mut num when">{formatInstant(entry.at, zone)}</span>
      </p>
      {entry.chain && entry.chain.links.length > 0 && (
        <details className="history-chain" open={entry.chain.links.length === 1}>
          <summary>{t('chainOpen', { count: entry.chain.links.length })}</summary>
          <Chain chain={entry.chain} />
        </details>
      )}
      <dl>
        {entry.fields.map((key) => (
          <Change
            key={key}
            entity={entity}
            field={key}
            before={entry.before?.[key] ?? null}
            after={entry.after?.[key] ?? null}
            beforeTitle={entry.before_titles[key]}
            afterTitle={entry.after_titles[key]}
          />
        ))}
      </dl>
    </li>
  )
}

interface ChangeProps {
  entity: Entity
  field: string
  before: Value
  after: Value
  beforeTitle?: string | null
  afterTitle?: string | null
}

function Change({ entity, field: key, before, after, beforeTitle, afterTitle }: ChangeProps) {
  const { t, language } = useTexts('records')
  const field = entity.fields.find((one) => one.key === key)
  if (!field || field.system) return null
  const { Cell } = fieldType(field.type)
  const show = (value: Value, title?: string | null) => {
    if (value === null) return <span className="mut">{t('blank')}</span>
    const cell = <Cell field={field} value={value} title={title ?? undefined} />
    if (!field.to || typeof value !== 'string') return cell
    return (
      <Link to="/records/$entity/$id" params={{ entity: field.to, id: value }}>
        {cell}
      </Link>
    )
  }
  return (
    <div>
      <dt>{labelOf(field, language)}</dt>
      <dd>
        {before !== null && (
          <>
            <del>{show(before, beforeTitle)}</del>
            <Icon name="right" />
          </>
        )}
        {show(after, afterTitle)}
      </dd>
    </div>
  )
}
