import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { entitiesQuery, manyOf } from '@/api/model'
import { recordQuery } from '@/api/records'
import { useTexts } from '@/locales/i18n'
import { Loading } from '@/ui/Empty'
import { Lost } from '@/ui/Lost'
import { Top } from '@/ui/Top'
import { RecordRoom } from './RecordRoom'

export default function RecordPage() {
  const { t, language } = useTexts('records')
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
          <Lost
            error={error}
            to={entity ? `/views/${entity.key}` : '/views'}
            way={entity && t('views:all', manyOf(entity, language))}
          />
        ) : model.data && !entity ? (
          <Lost to="/views" way={t('views:back')} />
        ) : (
          <Loading />
        )}
      </div>
    </>
  )
}
