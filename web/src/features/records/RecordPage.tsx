import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { entitiesQuery } from '@/api/model'
import { recordQuery } from '@/api/records'
import { useTexts } from '@/locales/i18n'
import { Empty, Loading } from '@/ui/Empty'
import { ProblemNote } from '@/ui/ProblemNote'
import { Top } from '@/ui/Top'
import { RecordRoom } from './RecordRoom'

export default function RecordPage() {
  const { t } = useTexts('records')
  const { entity: key = '', id = '' } = useParams({ strict: false }) as { entity?: string; id?: string }
  const model = useQuery(entitiesQuery)
  const record = useQuery(recordQuery(key, id))
  const entity = model.data?.find((one) => one.key === key)
  if (entity && record.data) return <RecordRoom key={`${key}/${id}`} entity={entity} row={record.data.data} />
  const error = record.error ?? model.error
  return (
    <>
      <Top title={t('record')} crumbs={[{ label: t('views:rail'), to: '/views' }]} />
      <div className="page">
        {error ? (
          <ProblemNote error={error} />
        ) : model.data && !entity ? (
          <Empty title={t('views:noEntity', { key })} />
        ) : (
          <Loading />
        )}
      </div>
    </>
  )
}
