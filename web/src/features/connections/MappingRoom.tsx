import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { labelOf } from '@/api/model'
import type { Entity } from '@/api/types'
import { useTexts } from '@/locales/i18n'
import { Button } from '@/ui/Button'
import { Loading } from '@/ui/Empty'
import { useUndoable } from '@/ui/history'
import { Checkbox } from '@/ui/Inputs'
import { Icon } from '@/ui/icons'
import { kept, useKept } from '@/ui/kept'
import { ProblemNote } from '@/ui/ProblemNote'
import { Select } from '@/ui/Select'
import { toast } from '@/ui/toasts'
import { UndoButtons } from '@/ui/UndoButtons'
import { type Connection, type Kind, type RemoteResource, sampleQuery, saveMapping } from './api'
import { FieldTable } from './FieldTable'
import { freshMapping, type Mapping, type ResourceMapping, suggest, unfed } from './mapping'
import { SampleTable } from './SampleTable'

/** What goes where, resource by resource, with samples from the other system. */
export function MappingRoom({
  connection,
  etag,
  kind,
  entities,
}: {
  connection: Connection
  etag: string | null
  kind: Kind
  entities: Entity[]
}) {
  const { t, language } = useTexts('connections')
  const client = useQueryClient()
  const place = `mapping/${connection.id}`
  const history = useUndoable<Mapping>(kept<Mapping>(place) ?? connection.mapping ?? {})
  const { now: mapping, set } = history
  const [open, setOpen] = useState(kind.resources[0]?.name ?? '')
  const saving = useMutation({
    mutationFn: () => saveMapping(connection.id, etag, mapping),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['connections'] })
      toast({ text: t('mappingSaved') })
    },
  })
  const changed = JSON.stringify(mapping) !== JSON.stringify(connection.mapping ?? {})
  useKept(place, changed ? mapping : null)
  return (
    <>
      <div className="line">
        <p className="mut grow">{t('mappingHint')}</p>
        <UndoButtons history={history} />
        <Button tone="primary" disabled={!changed} busy={saving.isPending} onClick={() => saving.mutate()}>
          {t('saveMapping')}
        </Button>
      </div>
      {saving.error && <ProblemNote error={saving.error} />}
      {kind.resources.map((resource) => {
        const own = mapping[resource.name]
        const target = entities.find((one) => one.key === own?.entity)
        return (
          <section key={resource.name} className="card" aria-label={labelOf(resource, language)}>
            <button
              type="button"
              className="card-head resource-head"
              aria-expanded={open === resource.name}
              onClick={() => setOpen(open === resource.name ? '' : resource.name)}
            >
              <Icon name={open === resource.name ? 'down' : 'right'} />
              <b>{labelOf(resource, language)}</b>
              <span className="mut grow">
                {target
                  ? t('goesTo', { entity: labelOf(target, language), count: Object.keys(own?.fields ?? {}).length })
                  : t('notRead')}
              </span>
            </button>
            {open === resource.name && (
              <ResourceRoom
                connection={connection}
                resource={resource}
                entities={entities}
                mapping={own ?? null}
                onChange={(next) => {
                  const rest = Object.fromEntries(Object.entries(mapping).filter(([name]) => name !== resource.name))
                  // The order is that of the kind: what others refer to comes first.
                  const all = next ? { ...mapping, [resource.name]: next } : rest
                  const order = kind.resources.map((one) => one.name)
                  set(Object.fromEntries(Object.entries(all).sort(([a], [b]) => order.indexOf(a) - order.indexOf(b))))
                }}
              />
            )}
          </section>
        )
      })}
    </>
  )
}

function ResourceRoom({
  connection,
  resource,
  entities,
  mapping,
  onChange,
}: {
  connection: Connection
  resource: RemoteResource
  entities: Entity[]
  mapping: ResourceMapping | null
  onChange: (mapping: ResourceMapping | null) => void
}) {
  const { t, language } = useTexts('connections')
  const sample = useQuery(sampleQuery(connection.id, resource.name))
  const fields = sample.data?.fields.length ? sample.data.fields : resource.fields
  const entity = entities.find((one) => one.key === mapping?.entity)
  const missing = mapping && entity ? unfed(mapping, entity) : []
  const choices = entities
    .filter((one) => one.key !== 'user')
    .map((one) => ({ value: one.key, label: labelOf(one, language) }))
  const pick = (key: string | null) => {
    const next = entities.find((one) => one.key === key)
    onChange(next ? freshMapping(resource, next, fields) : null)
  }
  return (
    <div className="card-body stack">
      <div className="resource-into">
        <span>{t('becomes')}</span>
        <Select
          label={t('becomes')}
          placeholder={t('notRead')}
          clearable
          value={mapping?.entity ?? null}
          choices={choices}
          onChange={pick}
        />
      </div>
      {sample.isPending && <Loading lines={3} />}
      {sample.error && <ProblemNote error={sample.error} onRetry={() => void sample.refetch()} />}
      {mapping && entity && (
        <>
          <FieldTable
            part={mapping}
            entity={entity}
            entities={entities}
            remote={fields.filter((one) => !one.within)}
            rows={sample.data?.rows ?? []}
            onChange={onChange}
            keyed={mapping.key ?? null}
            onKey={(key) => onChange({ ...mapping, key: key ?? undefined })}
          />
          {missing.length > 0 && (
            <p className="connection-note">
              <Icon name="warning" />
              {t('unfed', { fields: missing.map((one) => labelOf(one, language)).join(t('app:listComma')) })}
            </p>
          )}
          <LinesPart
            resource={resource}
            entities={entities}
            parent={entity}
            mapping={mapping}
            remote={fields}
            rows={sample.data?.rows ?? []}
            onChange={onChange}
          />
          <Checkbox checked={mapping.rules !== false} onChange={(rules) => onChange({ ...mapping, rules })}>
            {t('rules')}
          </Checkbox>
        </>
      )}
      {sample.data && <SampleTable fields={fields} rows={sample.data.rows} open={!mapping} />}
    </div>
  )
}

/** The list within each row (lines of an order) becomes records of its own. */
function LinesPart({
  resource,
  entities,
  parent,
  mapping,
  remote,
  rows,
  onChange,
}: {
  resource: RemoteResource
  entities: Entity[]
  parent: Entity
  mapping: ResourceMapping
  remote: RemoteResource['fields']
  rows: Record<string, unknown>[]
  onChange: (mapping: ResourceMapping) => void
}) {
  const { t, language } = useTexts('connections')
  const [list] = resource.lists
  const children = entities.filter((one) => one.fields.some((field) => field.to === parent.key))
  if (!list || !children.length) return null
  const inner = remote.filter((one) => one.within === list)
  const { lines } = mapping
  const child = entities.find((one) => one.key === lines?.entity)
  const pick = (key: string | null) => {
    const next = entities.find((one) => one.key === key)
    const up = next?.fields.find((field) => field.to === parent.key)
    if (!next || !up) return onChange({ ...mapping, lines: null })
    const fields = Object.fromEntries(Object.entries(suggest(next, remote, list)).filter(([name]) => name !== up.key))
    const key0 = inner.find((one) => /entryid|detailid|_id$/i.test(one.key)) ?? inner[0]
    onChange({ ...mapping, lines: { list, key: key0?.key ?? '', parent: up.key, entity: next.key, fields } })
  }
  const innerRows = rows.flatMap((row) => (Array.isArray(row[list]) ? (row[list] as Record<string, unknown>[]) : []))
  return (
    <div className="resource-lines stack">
      <div className="resource-into">
        <span>{t('linesBecome', { list })}</span>
        <Select
          label={t('linesBecome', { list })}
          placeholder={t('notRead')}
          clearable
          value={lines?.entity ?? null}
          choices={children.map((one) => ({ value: one.key, label: labelOf(one, language) }))}
          onChange={pick}
        />
      </div>
      {lines && child && (
        <FieldTable
          part={lines}
          entity={child}
          entities={entities}
          remote={inner}
          rows={innerRows}
          without={lines.parent}
          onChange={(next) => onChange({ ...mapping, lines: next })}
        />
      )}
    </div>
  )
}
