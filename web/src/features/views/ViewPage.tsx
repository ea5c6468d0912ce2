import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { drawnQuery } from '@/api/drawn'
import { entitiesQuery, manyOf } from '@/api/model'
import type { ViewContent } from '@/api/types'
import { useTexts } from '@/locales/i18n'
import { GridGhost } from '@/ui/grid/GridGhost'
import { Lost } from '@/ui/Lost'
import { Top } from '@/ui/Top'
import { ViewRoom } from './ViewRoom'
import './views.css'

/** Reads what is needed before a view can be shown: the model, and the stored view when one is named. */
export default function ViewPage() {
  const { t, language } = useTexts('views')
  const { entity: key = '', view: id } = useParams({ strict: false }) as { entity?: string; view?: string }
  const model = useQuery(entitiesQuery)
  const stored = useQuery({
    ...drawnQuery<ViewContent>('views', id ?? ''),
    enabled: Boolean(id),
    refetchOnMount: 'always',
  })
  const entity = model.data?.find((one) => one.key === key)
  const error = model.error ?? stored.error
  if (error || (model.data && !entity)) {
    return (
      <>
        <Top title={t('rail')} crumbs={[{ label: t('rail'), to: '/views' }]} />
        <div className="page">
          <Lost
            error={error}
            to={entity ? `/views/${entity.key}` : '/views'}
            way={entity ? t('all', manyOf(entity, language)) : t('back')}
          />
        </div>
      </>
    )
  }
  if (!entity || !model.data || (id && (!stored.data || (stored.isFetching && !stored.isFetchedAfterMount)))) {
    return (
      <>
        <Top
          title={entity ? t('all', manyOf(entity, language)) : t('rail')}
          crumbs={[{ label: t('rail'), to: '/views' }]}
        />
        <div className="view-tabs" aria-hidden="true">
          <span className="view-tab">…</span>
        </div>
        <div className="view-work">
          <p className="sentence ghost-sentence" aria-hidden="true">
            <i className="ghost-line" />
          </p>
          <div className="grid-place">
            <GridGhost />
          </div>
        </div>
      </>
    )
  }
  const held = id && stored.data ? { view: stored.data.data, etag: stored.data.etag } : null
  return <ViewRoom key={`${entity.key}/${id ?? ''}`} entity={entity} entities={model.data} stored={held} />
}
