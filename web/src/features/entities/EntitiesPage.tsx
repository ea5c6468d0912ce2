import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { entitiesQuery, labelOf } from '@/api/model'
import { fieldType } from '@/fields/registry'
import { useTexts } from '@/locales/i18n'
import { LinkButton } from '@/ui/Button'
import { Empty, Loading } from '@/ui/Empty'
import { Icon } from '@/ui/icons'
import { ProblemNote } from '@/ui/ProblemNote'
import { Top } from '@/ui/Top'
import './texts'
import './entities.css'

const SHOWN = 10

/** The model: every entity with its fields. */
export default function EntitiesPage() {
  const { t, language } = useTexts('entities')
  const { data, error } = useQuery(entitiesQuery)
  return (
    <>
      <Top title={t('rail')}>
        <LinkButton to="/entities/new" tone="primary" icon="plus">
          {t('new')}
        </LinkButton>
      </Top>
      <div className="page">
        {error && <ProblemNote error={error} />}
        {!data && !error && <Loading />}
        {data?.length === 0 && (
          <Empty icon="shapes" title={t('none')}>
            {t('noneText')}
          </Empty>
        )}
        <ul className="model-cards page-narrow">
          {data?.map((entity) => {
            const own = entity.fields.filter((field) => !field.system)
            return (
              <li key={entity.key} className="card">
                <Link to={`/entities/${entity.key}`} className="model-card">
                  <h2>{labelOf(entity, language)}</h2>
                  <span className="mut">{entity.name}</span>
                  <ul>
                    {own.slice(0, SHOWN).map((field) => (
                      <li key={field.key}>
                        <Icon name={fieldType(field.type).icon} />
                        {labelOf(field, language)}
                      </li>
                    ))}
                    {own.length > SHOWN && <li className="mut">{t('moreFields', { count: own.length - SHOWN })}</li>}
                  </ul>
                </Link>
              </li>
            )
          })}
        </ul>
      </div>
    </>
  )
}
