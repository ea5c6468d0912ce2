import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { drawnQuery } from '@/api/drawn'
import { entitiesQuery } from '@/api/model'
import type { FormContent } from '@/api/types'
import { useTexts } from '@/locales/i18n'
import { Empty, Loading } from '@/ui/Empty'
import { Lost } from '@/ui/Lost'
import { Top } from '@/ui/Top'
import { FormRoom } from './FormRoom'

export default function FormPage() {
  const { t } = useTexts('forms')
  const { id = '' } = useParams({ strict: false }) as { id?: string }
  const model = useQuery(entitiesQuery)
  const stored = useQuery({ ...drawnQuery<FormContent>('forms', id), staleTime: 0, refetchOnMount: 'always' })
  const entity = model.data?.find((one) => one.key === stored.data?.data.entity)
  const fresh = stored.data && stored.isFetchedAfterMount
  if (fresh && entity && model.data) {
    return <FormRoom key={id} entity={entity} entities={model.data} form={stored.data.data} etag={stored.data.etag} />
  }
  const error = stored.error ?? model.error
  return (
    <>
      <Top title={t('rail')} crumbs={[{ label: t('rail'), to: '/forms' }]} />
      <div className="page">
        {error ? (
          <Lost error={error} to="/forms" way={t('back')} />
        ) : fresh && model.data ? (
          <Empty icon="form" title={t('noEntity')} />
        ) : (
          <Loading />
        )}
      </div>
    </>
  )
}
