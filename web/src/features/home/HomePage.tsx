import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type ComponentType, lazy, Suspense, useMemo } from 'react'
import { entitiesQuery, isBuiltIn, manyOf } from '@/api/model'
import { outlineQuery } from '@/api/records'
import { useSession } from '@/api/session'
import type { Entity } from '@/api/types'
import { homeCards } from '@/app/features'
import { useTexts } from '@/locales/i18n'
import { Loading } from '@/ui/Empty'
import { Icon } from '@/ui/icons'
import { ProblemNote } from '@/ui/ProblemNote'
import { Top } from '@/ui/Top'
import { formatDecimal } from '@/values/decimal'
import { LatestFirings } from './LatestFirings'
import { Start } from './Start'
import './home.css'

export default function HomePage() {
  const { t } = useTexts('home')
  const session = useSession()
  const { data: entities, error, refetch } = useQuery(entitiesQuery)
  const cards = useMemo(() => homeCards.map((card) => ({ ...card, Card: lazy(card.card) })), [])
  return (
    <>
      <Top title={session?.workspace.name ?? t('rail')} />
      <div className="page">
        <div className="home page-narrow">
          <section className="home-main" aria-label={t('entities')}>
            {entities?.every(isBuiltIn) && <Start />}
            <Cards cards={cards.filter((card) => card.first)} />
            <h2 className="home-title">{t('entities')}</h2>
            {error && <ProblemNote error={error} onRetry={() => void refetch()} />}
            {!entities && !error && <Loading />}
            <ul className="entity-cards">
              {entities?.map((entity) => (
                <EntityCard key={entity.key} entity={entity} />
              ))}
            </ul>
          </section>
          <div className="home-side stack">
            <LatestFirings />
            <Cards cards={cards.filter((card) => !card.first)} />
          </div>
        </div>
      </div>
    </>
  )
}

function Cards({ cards }: { cards: { key: string; Card: ComponentType }[] }) {
  return cards.map(({ key, Card }) => (
    <Suspense key={key} fallback={null}>
      <Card />
    </Suspense>
  ))
}

function EntityCard({ entity }: { entity: Entity }) {
  const { t, tag, language } = useTexts('home')
  const { data } = useQuery(outlineQuery(entity.key, { anchors: false }))
  return (
    <li>
      <Link to={`/views/${entity.key}`} className="card entity-card">
        <span className="entity-icon">
          <Icon name="table" />
        </span>
        <span className="entity-name">{manyOf(entity, language).entity}</span>
        <span className="entity-count num">{data ? formatDecimal(String(data.count), tag) : '–'}</span>
        <span className="mut">{t('fields', { count: entity.fields.filter((field) => !field.system).length })}</span>
      </Link>
    </li>
  )
}
