import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { createDrawn, drawnKey, drawnListQuery } from '@/api/drawn'
import { entitiesQuery, labelOf } from '@/api/model'
import type { Drawn, Entity, FormContent } from '@/api/types'
import { useTexts } from '@/locales/i18n'
import { Button } from '@/ui/Button'
import { Empty, Loading } from '@/ui/Empty'
import { Icon } from '@/ui/icons'
import { ProblemNote } from '@/ui/ProblemNote'
import { Pill, Top } from '@/ui/Top'
import { firstForm } from './firstForm'
import './forms.css'

/** Every entity with its forms; a new one starts from the entity's own fields, never from a blank canvas. */
export default function FormsPage() {
  const { t } = useTexts('forms')
  const { data: entities, error } = useQuery(entitiesQuery)
  const forms = useQuery(drawnListQuery<FormContent>('forms')).data ?? []
  return (
    <>
      <Top title={t('rail')} />
      <div className="page">
        {error && <ProblemNote error={error} />}
        {!entities && !error && <Loading />}
        {entities?.length === 0 && <Empty icon="form" title={t('views:none')} />}
        <div className="form-cards page-narrow">
          {entities?.map((entity) => (
            <EntityForms key={entity.key} entity={entity} forms={forms.filter((form) => form.entity === entity.key)} />
          ))}
        </div>
      </div>
    </>
  )
}

function EntityForms({ entity, forms }: { entity: Entity; forms: Drawn<FormContent>[] }) {
  const { t, language } = useTexts('forms')
  const client = useQueryClient()
  const navigate = useNavigate()
  const label = labelOf(entity, language)
  const creation = useMutation({
    mutationFn: () =>
      createDrawn<FormContent>('forms', {
        name: t('newName', { entity: label }),
        labels: {},
        entity: entity.key,
        shared: true,
        content: firstForm(entity),
      }),
    onSuccess: async ({ data }) => {
      await client.invalidateQueries({ queryKey: drawnKey('forms') })
      await navigate({ to: `/forms/${data.id}` })
    },
  })
  return (
    <section className="card" aria-label={label}>
      <header className="card-head">
        <h2 className="grow">{label}</h2>
        <Button small icon="plus" busy={creation.isPending} onClick={() => creation.mutate()}>
          {t('newForm')}
        </Button>
      </header>
      {creation.error && <ProblemNote error={creation.error} />}
      {forms.length === 0 && <p className="mut form-none">{t('none')}</p>}
      <ul className="form-list">
        {forms.map((form) => (
          <li key={form.id}>
            <Link to={`/forms/${form.id}`}>
              <Icon name="form" />
              {labelOf(form, language)}
              <Pill tone={form.published_version === null ? 'amber' : 'green'}>
                {form.published_version === null ? t('app:draft') : t('app:published')}
              </Pill>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  )
}
