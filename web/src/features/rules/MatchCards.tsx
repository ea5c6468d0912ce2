import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Suspense, useState } from 'react'
import { labelOf } from '@/api/model'
import type { Entity, Field, LanguageText } from '@/api/types'
import { fieldType } from '@/fields/registry'
import { useTexts } from '@/locales/i18n'
import { Button } from '@/ui/Button'
import { Loading } from '@/ui/Empty'
import { Explained } from '@/ui/Explained'
import { Icon } from '@/ui/icons'
import { ProblemNote } from '@/ui/ProblemNote'
import { Pill } from '@/ui/Top'
import { formatDecimal } from '@/values/decimal'
import { explainQuery, type Preview, previewQuery } from './api'

/** How many records match now, which ones, and for one of them why or why not. */
export function MatchCards({
  canonical,
  entity,
  stale,
  watches,
}: {
  canonical: LanguageText
  entity: Entity
  stale: boolean
  watches: boolean
}) {
  const { t } = useTexts('rules')
  const preview = useQuery({ ...previewQuery(canonical), placeholderData: keepPreviousData })
  const [picked, setPicked] = useState<{ id: string; title: string } | null>(null)
  const first = preview.data?.sample[0]
  const record = picked ?? (first ? { id: first.id, title: first.title ?? `#${first.id}` } : null)
  if (watches) {
    return (
      <p className="card card-body rule-watches">
        <Icon name="bolt" />
        {t('watches')}
      </p>
    )
  }
  if (preview.error) {
    return (
      <section className="card card-body" aria-label={t('matching')}>
        <ProblemNote error={preview.error} onRetry={() => void preview.refetch()} />
      </section>
    )
  }
  return (
    <div className={stale ? 'rule-matches stale' : 'rule-matches'}>
      <Count preview={preview.data} entity={entity} />
      <Sample preview={preview.data} entity={entity} picked={record?.id} onPick={setPicked} />
      <Why canonical={canonical} entity={entity} record={record} onPick={setPicked} />
    </div>
  )
}

function Count({ preview, entity }: { preview?: Preview; entity: Entity }) {
  const { t, tag, language } = useTexts('rules')
  return (
    <section className="card card-body rule-count" aria-label={t('matching')} aria-live="polite">
      <h2>{t('matching')}</h2>
      {preview ? (
        <>
          <p className="rule-number num" data-testid="matching">
            {formatDecimal(String(preview.matching), tag)}
          </p>
          <p className="mut num">
            {t('ofTotal', { total: formatDecimal(String(preview.total), tag), entity: labelOf(entity, language) })}
          </p>
          <p className="hint">{t('dryRun')}</p>
        </>
      ) : (
        <Loading lines={2} />
      )}
    </section>
  )
}

interface Picking {
  onPick: (record: { id: string; title: string }) => void
}

function Sample({ preview, entity, picked, onPick }: { preview?: Preview; entity: Entity; picked?: string } & Picking) {
  const { t, language } = useTexts('rules')
  return (
    <section className="card card-body rule-sample" aria-label={t('sample')}>
      <h2>{t('sample', { entity: labelOf(entity, language) })}</h2>
      {!preview && <Loading lines={4} />}
      {preview?.sample.length === 0 && <p className="mut">{t('noMatch')}</p>}
      <ul>
        {preview?.sample.slice(0, 6).map((one) => {
          const title = one.title ?? `#${one.id}`
          return (
            <li key={one.id}>
              <button type="button" aria-pressed={one.id === picked} onClick={() => onPick({ id: one.id, title })}>
                {title}
              </button>
            </li>
          )
        })}
      </ul>
    </section>
  )
}

function Why({
  canonical,
  entity,
  record,
  onPick,
}: { canonical: LanguageText; entity: Entity; record: { id: string; title: string } | null } & Picking) {
  const { t, language } = useTexts('rules')
  const [choosing, setChoosing] = useState(false)
  const reason = useQuery({ ...explainQuery(canonical, record?.id ?? null), placeholderData: keepPreviousData })
  return (
    <section className="card card-body rule-why" aria-label={t('why')}>
      <header className="line">
        <h2 className="grow">{t('why')}</h2>
        <Button small onClick={() => setChoosing(!choosing)} aria-expanded={choosing}>
          {t('otherRecord')}
        </Button>
      </header>
      {choosing && (
        <RecordPicker
          entity={entity}
          onPick={(one) => {
            onPick(one)
            setChoosing(false)
          }}
        />
      )}
      {!record && <p className="mut">{t('pickRecord', { entity: labelOf(entity, language) })}</p>}
      {record && (
        <p className="line rule-why-of">
          <Link to={`/records/${entity.key}/${record.id}`}>{record.title}</Link>
          {reason.data && (
            <Pill tone={reason.data.holds ? 'green' : 'slate'}>
              {reason.data.holds ? t('matches') : t('matchesNot')}
            </Pill>
          )}
        </p>
      )}
      {reason.error && <ProblemNote error={reason.error} />}
      {record && reason.data && <Explained reason={reason.data} />}
    </section>
  )
}

/** Any record of the entity: the editor of a reference to it. */
function RecordPicker({ entity, onPick }: { entity: Entity } & Picking) {
  const { t } = useTexts('rules')
  const { Editor } = fieldType('reference')
  const field: Field = {
    id: '',
    key: 'record',
    name: 'record',
    labels: entity.labels,
    type: 'reference',
    value_kind: 'record',
    required: true,
    unique: false,
    system: false,
    decimals: 0,
    options: [],
    to: entity.key,
    settings: {},
  }
  if (!Editor) return null
  return (
    <Suspense fallback={<Loading lines={1} />}>
      <Editor
        field={field}
        value={null}
        aria-label={t('otherRecord')}
        onChange={(id, title) => typeof id === 'string' && onPick({ id, title: title ?? `#${id}` })}
      />
    </Suspense>
  )
}
