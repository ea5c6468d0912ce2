import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { labelOf } from '@/api/model'
import { useSession } from '@/api/session'
import type { Entity, LanguageText } from '@/api/types'
import { useTexts } from '@/locales/i18n'
import { Button } from '@/ui/Button'
import { Loading } from '@/ui/Empty'
import { Explained } from '@/ui/Explained'
import { Icon } from '@/ui/icons'
import { ProblemNote } from '@/ui/ProblemNote'
import { Pill } from '@/ui/Top'
import { formatDecimal } from '@/values/decimal'
import { formatInstant } from '@/values/time'
import { explainQuery, type Preview, previewQuery, type Sampled } from './api'
import { RecordPicker } from './RecordPicker'

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

/** Records to look at; with `C for D` since when C holds, and when D is over. */
function SampleList({ items, picked, onPick, held }: { items: Sampled[]; picked?: string; held: boolean } & Picking) {
  const { t } = useTexts('rules')
  const zone = useSession()?.workspace.timezone ?? 'UTC'
  return (
    <ul>
      {items.map((one) => {
        const title = one.title ?? `#${one.id}`
        return (
          <li key={one.id}>
            <button type="button" aria-pressed={one.id === picked} onClick={() => onPick({ id: one.id, title })}>
              {title}
              {held && (
                <span className="mut num rule-held">
                  {one.since ? t('heldSince', { since: formatInstant(one.since, zone) }) : t('heldLong')}
                  {one.due && `${t('app:listComma')}${t('dueAt', { due: formatInstant(one.due, zone) })}`}
                </span>
              )}
            </button>
          </li>
        )
      })}
    </ul>
  )
}

function Sample({ preview, entity, picked, onPick }: { preview?: Preview; entity: Entity; picked?: string } & Picking) {
  const { t, tag, language } = useTexts('rules')
  return (
    <section className="card card-body rule-sample" aria-label={t('sample')}>
      <h2>{t('sample', { entity: labelOf(entity, language) })}</h2>
      {!preview && <Loading lines={4} />}
      {preview?.sample.length === 0 && <p className="mut">{t('noMatch')}</p>}
      <SampleList items={preview?.sample ?? []} picked={picked} onPick={onPick} held={!!preview?.waiting} />
      {preview?.waiting && preview.waiting.count > 0 && (
        <>
          <h3 className="rule-waiting">
            <Icon name="clock" />
            {t('waiting', {
              count: preview.waiting.count,
              shown: formatDecimal(String(preview.waiting.count), tag),
            })}
          </h3>
          {preview.waiting.unsure && <p className="hint">{t('waitingUnknown')}</p>}
          <SampleList items={preview.waiting.sample.slice(0, 5)} picked={picked} onPick={onPick} held />
        </>
      )}
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
          label={t('otherRecord')}
          chosen={null}
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
