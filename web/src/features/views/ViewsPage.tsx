import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { drawnListQuery } from '@/api/drawn'
import { entitiesQuery, labelOf, manyOf } from '@/api/model'
import type { ViewContent } from '@/api/types'
import { useTexts } from '@/locales/i18n'
import { Empty, Loading } from '@/ui/Empty'
import { Icon } from '@/ui/icons'
import { ProblemNote } from '@/ui/ProblemNote'
import { Pill, Top } from '@/ui/Top'
import './views.css'

/** Every entity with its views. */
export default function ViewsPage() {
  const { t, language } = useTexts('views')
  const { data: entities, error } = useQuery(entitiesQuery)
  const views = useQuery(drawnListQuery<ViewContent>('views')).data ?? []
  return (
    <>
      <Top title={t('rail')} />
      <div className="page">
        {error && <ProblemNote error={error} />}
        {!entities && !error && <Loading />}
        {entities?.length === 0 && <Empty title={t('none')} />}
        <div className="view-cards page-narrow">
          {entities?.map((entity) => (
            <section key={entity.key} className="card" aria-label={manyOf(entity, language).entity}>
              <header className="card-head">
                <h2>{manyOf(entity, language).entity}</h2>
              </header>
              <ul className="view-list">
                <li>
                  <Link to={`/views/${entity.key}`}>
                    <Icon name="table" />
                    {t('all', manyOf(entity, language))}
                  </Link>
                </li>
                {views
                  .filter((view) => view.entity === entity.key)
                  .map((view) => (
                    <li key={view.id}>
                      <Link to={`/views/${entity.key}/${view.id}`}>
                        <Icon name="table" />
                        {labelOf(view, language)}
                        <Pill tone={view.shared ? 'green' : 'slate'}>{view.shared ? t('shared') : t('personal')}</Pill>
                      </Link>
                    </li>
                  ))}
              </ul>
            </section>
          ))}
        </div>
      </div>
    </>
  )
}
