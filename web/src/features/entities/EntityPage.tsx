import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { entitiesQuery } from '@/api/model'
import { useTexts } from '@/locales/i18n'
import { Loading } from '@/ui/Empty'
import { Lost } from '@/ui/Lost'
import { Top } from '@/ui/Top'
import { drawingQuery } from './api'
import { EntityRoom } from './EntityRoom'
import { drawingOf, EMPTY } from './model'

export default function EntityPage() {
  const { t } = useTexts('entities')
  const { entity: key } = useParams({ strict: false }) as { entity?: string }
  const model = useQuery(entitiesQuery)
  const state = useQuery({ ...drawingQuery(key ?? ''), enabled: Boolean(key), refetchOnMount: 'always' })
  const published = model.data?.find((one) => one.key === key)
  const error = model.error ?? state.error
  if (model.data && !key)
    return <EntityRoom key="new" entities={model.data} published={undefined} first={EMPTY} etag={null} />
  if (model.data && key && state.data && state.isFetchedAfterMount) {
    const first = state.data.data.draft ?? (published ? drawingOf(published) : EMPTY)
    return (
      <EntityRoom
        key={key}
        entityKey={key}
        entities={model.data}
        published={published}
        first={first}
        etag={state.data.etag}
      />
    )
  }
  return (
    <>
      <Top title={t('rail')} crumbs={[{ label: t('rail'), to: '/entities' }]} />
      <div className="page">{error ? <Lost error={error} to="/entities" way={t('back')} /> : <Loading />}</div>
    </>
  )
}
