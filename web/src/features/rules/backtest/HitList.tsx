import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { entitiesQuery, labelOf } from '@/api/model'
import { useSession } from '@/api/session'
import { useTexts } from '@/locales/i18n'
import { Button } from '@/ui/Button'
import { Loading } from '@/ui/Empty'
import { Explained } from '@/ui/Explained'
import { EdgePill } from '@/ui/Firings'
import { Segmented } from '@/ui/Inputs'
import { ProblemNote } from '@/ui/ProblemNote'
import { Pill } from '@/ui/Top'
import { formatDecimal } from '@/values/decimal'
import { formatInstant } from '@/values/time'
import { type Backtest, type Found, type Group, type Hit, type HitPair, hitPages, type TriedEffect } from './api'

const TONES = { a: 'amber', b: 'slate', both: 'green', shifted: 'amber' } as const

/** Who would have been hit, when and why, in the order of time. */
export function HitList({ run, found }: { run: Backtest; found: Found }) {
  const { t, tag } = useTexts('backtest')
  const [group, setGroup] = useState<Group | 'all'>('all')
  const pages = useInfiniteQuery(hitPages(run.id, group === 'all' ? null : group))
  const items = pages.data?.pages.flatMap((page) => page.items) ?? []
  const { comparison } = found
  const shown = (value: number) => formatDecimal(String(value), tag)
  const total = comparison ? comparison.both + comparison.a + comparison.b + comparison.shifted : found.sides[0]?.hits
  return (
    <section className="card" aria-label={t('list')}>
      <header className="card-head backtest-list-head">
        <h2>{t('list')}</h2>
        {comparison && (
          <Segmented
            label={t('show')}
            value={group}
            onChange={setGroup}
            options={[
              { value: 'all', label: t('groups.all') },
              ...(['both', 'a', 'b', 'shifted'] as const).map((one) => ({
                value: one,
                label: `${t(`groups.${one}`)} ${shown(comparison[one])}`,
              })),
            ]}
          />
        )}
      </header>
      <div className="card-body">
        {pages.error && <ProblemNote error={pages.error} />}
        {!pages.data && !pages.error && <Loading />}
        {pages.data && items.length === 0 && <p className="mut">{t('nobody')}</p>}
        <ul className="backtest-hits">
          {items.map((pair) => (
            <Line key={pair.id} pair={pair} entity={found.entity} two={comparison !== null} />
          ))}
        </ul>
        {pages.hasNextPage && (
          <Button busy={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
            {t('more')}
          </Button>
        )}
        {total !== undefined && total > found.kept && <p className="mut">{t('kept', { shown: shown(found.kept) })}</p>}
      </div>
    </section>
  )
}

function Line({ pair, entity, two }: { pair: HitPair; entity: string; two: boolean }) {
  const { t } = useTexts('backtest')
  const hits = pair.group === 'both' ? [pair.a] : [pair.a, pair.b]
  return (
    <li>
      <p className="line">
        <Link to={`/records/${entity}/${pair.record}`} className="backtest-record">
          {pair.title ?? t('untitled', { id: pair.record })}
        </Link>
        {two && <Pill tone={TONES[pair.group]}>{t(`groups.${pair.group}`)}</Pill>}
      </p>
      {hits.map((hit, at) => {
        const side = at === 0 && hit === pair.a ? 'A' : 'B'
        return hit && <One key={side} hit={hit} side={two && pair.group !== 'both' ? side : null} />
      })}
    </li>
  )
}

function One({ hit, side }: { hit: Hit; side: string | null }) {
  const { t } = useTexts('backtest')
  const zone = useSession()?.workspace.timezone ?? 'UTC'
  return (
    <div className="backtest-hit">
      <p className="line">
        {side && <b>{side}</b>}
        <span className="num">{formatInstant(hit.at, zone)}</span>
        <EdgePill edge={hit.edge} />
      </p>
      {hit.effects.length > 0 && (
        <ul className="mut">
          {hit.effects.map((effect, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: effects are fixed and have no ids
            <Effect key={at} effect={effect} />
          ))}
        </ul>
      )}
      {hit.reason && (
        <details>
          <summary>{t('why')}</summary>
          <Explained reason={hit.reason} />
        </details>
      )}
    </div>
  )
}

/** One thing that would have been done. */
function Effect({ effect }: { effect: TriedEffect }) {
  const { t, language } = useTexts('backtest')
  const { data: entities } = useQuery(entitiesQuery)
  const entity = entities?.find((one) => one.key === effect.entity)
  const words = effect.problem?.[language] ?? effect.text ?? (entity ? labelOf(entity, language) : '')
  return (
    <li>
      {t(`kinds.${effect.kind}`)}
      {words && `${t('colon')}${words}`}
    </li>
  )
}
