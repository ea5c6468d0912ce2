import { useMutation, useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import { entitiesQuery, labelOf } from '@/api/model'
import type { Entity } from '@/api/types'
import { useTexts } from '@/locales/i18n'
import { Button } from '@/ui/Button'
import { Empty, Loading } from '@/ui/Empty'
import { Labelled } from '@/ui/Inputs'
import { Icon } from '@/ui/icons'
import { ProblemNote } from '@/ui/ProblemNote'
import { Select } from '@/ui/Select'
import { Top } from '@/ui/Top'
import { formatDecimal } from '@/values/decimal'
import { importsQuery, upload } from './api'
import { remember } from './files'
import { StatusPill } from './StatusPill'
import { Steps } from './Steps'
import './texts'
import './imports.css'

/** Begin an import, or go on with an earlier one. */
export default function ImportsPage() {
  const { t } = useTexts('imports')
  const entities = useQuery(entitiesQuery)
  return (
    <>
      <Top title={t('rail')} />
      <div className="page">
        <div className="page-narrow stack">
          <Steps now={0} />
          {entities.error && <ProblemNote error={entities.error} />}
          {!entities.data && !entities.error && <Loading />}
          {entities.data?.length === 0 && (
            <Empty icon="upload" title={t('noEntities')}>
              {t('noEntitiesText')}
            </Empty>
          )}
          {entities.data && entities.data.length > 0 && <Upload entities={entities.data} />}
          {entities.data && <Recent entities={entities.data} />}
        </div>
      </div>
    </>
  )
}

function Upload({ entities }: { entities: Entity[] }) {
  const { t, language } = useTexts('imports')
  const navigate = useNavigate()
  const { entity: wanted } = useParams({ strict: false }) as { entity?: string }
  const [entity, setEntity] = useState<string | null>(wanted ?? null)
  const [over, setOver] = useState(false)
  const input = useRef<HTMLInputElement>(null)
  const sending = useMutation({
    mutationFn: (file: File) => upload(file, entity ?? '', {}),
    onSuccess: (made, file) => {
      remember(made.id, file)
      void navigate({ to: `/imports/${made.id}` })
    },
  })
  const take = (list: FileList | null) => {
    const file = list?.[0]
    if (file && entity) sending.mutate(file)
  }
  const choices = entities
    .filter((one) => one.key !== 'user')
    .map((one) => ({ value: one.key, label: labelOf(one, language) }))
  return (
    <section className="card card-body import-upload" aria-label={t('upload')}>
      <Labelled label={t('into')} hint={t('intoHint')}>
        {(ids) => (
          <Select
            id={ids.id}
            describedBy={ids['aria-describedby']}
            placeholder={t('chooseEntity')}
            value={entity}
            onChange={setEntity}
            choices={choices}
          />
        )}
      </Labelled>
      <div
        className={over && entity ? 'import-drop over' : 'import-drop'}
        onDragOver={(event) => {
          event.preventDefault()
          setOver(true)
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault()
          setOver(false)
          take(event.dataTransfer.files)
        }}
      >
        <Icon name="upload" />
        <p>{entity ? t('dropHere') : t('entityFirst')}</p>
        <input
          ref={input}
          type="file"
          hidden
          data-testid="import-file"
          accept=".csv,.tsv,.txt,.xlsx,.gz"
          onChange={(event) => {
            take(event.target.files)
            event.target.value = ''
          }}
        />
        <Button tone="primary" disabled={!entity} busy={sending.isPending} onClick={() => input.current?.click()}>
          {sending.isPending ? t('sending') : t('chooseFile')}
        </Button>
        <p className="hint">{t('kinds')}</p>
      </div>
      {sending.error && <ProblemNote error={sending.error} />}
    </section>
  )
}

function Recent({ entities }: { entities: Entity[] }) {
  const { t, tag, language } = useTexts('imports')
  const { data } = useQuery(importsQuery)
  if (!data?.items.length) return null
  return (
    <section className="card" aria-label={t('recent')}>
      <header className="card-head">
        <h2>{t('recent')}</h2>
      </header>
      <ul className="import-list">
        {data.items.map((one) => {
          const entity = entities.find((each) => each.key === one.entity)
          return (
            <li key={one.id}>
              <Link to={`/imports/${one.id}`}>{one.name}</Link>
              <StatusPill status={one.status} />
              <span className="mut">{entity ? labelOf(entity, language) : one.entity}</span>
              <span className="mut num">
                {t('rows', { count: one.rows_done, shown: formatDecimal(String(one.rows_done), tag) })}
              </span>
            </li>
          )
        })}
      </ul>
    </section>
  )
}
