import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { labelOf, titleField, titleOf, useEntity } from '@/api/model'
import { LIVE, queryRecords } from '@/api/records'
import type { Collection, Entity, Row } from '@/api/types'
import type { RecordPanelProps } from '@/app/feature'
import { fieldType } from '@/fields/registry'
import { useTexts } from '@/locales/i18n'
import { LinkButton } from '@/ui/Button'
import { Empty, Loading } from '@/ui/Empty'
import { ProblemNote } from '@/ui/ProblemNote'

/** The records of other entities that point here. */
export default function RelatedPanel({ entity, row }: RecordPanelProps) {
  const { t } = useTexts('records')
  if (!entity.collections.length) {
    return (
      <section className="card">
        <Empty icon="link" title={t('noRelated')}>
          {t('noRelatedText')}
        </Empty>
      </section>
    )
  }
  return (
    <div className="stack">
      {entity.collections.map((collection) => (
        <RelatedList key={`${collection.entity}/${collection.via}`} collection={collection} row={row} />
      ))}
    </div>
  )
}

const SHOWN = 8

function RelatedList({ collection, row }: { collection: Collection; row: Row }) {
  const { t, language } = useTexts('records')
  const target = useEntity(collection.entity)
  const { data, error } = useQuery({
    queryKey: [LIVE, 'related', collection.entity, collection.via, row.id],
    enabled: Boolean(target),
    queryFn: ({ signal }) =>
      queryRecords(
        collection.entity,
        { group: [{ field: collection.via, value: row.id }], sort: newestFirst(target), limit: SHOWN },
        signal,
      ),
  })
  const label = labelOf(collection, language) || (target ? labelOf(target, language) : collection.entity)
  return (
    <section className="card related" aria-label={label}>
      <header className="card-head">
        <h2 className="grow">{label}</h2>
        <LinkButton small icon="plus" to={`/records/${collection.entity}/new`} search={{ [collection.via]: row.id }}>
          {t('app:add')}
        </LinkButton>
      </header>
      {error && <ProblemNote error={error} />}
      {!data && !error && <Loading lines={2} />}
      {data?.items.length === 0 && <p className="mut related-none">{t('noneOf', { entity: label })}</p>}
      {target && (
        <ul>
          {data?.items.map((one) => (
            <RelatedRow key={one.id} entity={target} row={one} via={collection.via} />
          ))}
        </ul>
      )}
      {data?.next && <p className="mut related-none">{t('andMore')}</p>}
    </section>
  )
}

function newestFirst(entity: Entity | undefined) {
  const time = entity?.time_field
  return [{ field: time && entity.fields.some((field) => field.key === time) ? time : 'created_at', descending: true }]
}

const DETAILS = 3

function RelatedRow({ entity, row, via }: { entity: Entity; row: Row; via: string }) {
  const title = titleField(entity)
  const details = entity.fields.filter(
    (field) =>
      !field.system &&
      field.key !== via &&
      field.key !== title &&
      row.values[field.key] !== null &&
      !fieldType(field.type).pageOnly,
  )
  return (
    <li>
      <Link to={`/records/${entity.key}/${row.id}`}>{titleOf(entity, row)}</Link>
      <span className="related-details">
        {details.slice(0, DETAILS).map((field) => {
          const { Cell } = fieldType(field.type)
          return (
            <span key={field.key}>
              <Cell field={field} value={row.values[field.key] ?? null} title={row.titles[field.key]} />
            </span>
          )
        })}
      </span>
    </li>
  )
}
