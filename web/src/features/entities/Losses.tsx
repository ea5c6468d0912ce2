import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { labelOf } from '@/api/model'
import type { Entity } from '@/api/types'
import { useTexts } from '@/locales/i18n'
import { Icon } from '@/ui/icons'
import { ProblemNote } from '@/ui/ProblemNote'
import { type FieldUse, usesQuery } from './api'
import { type Drawing, lostFields } from './model'
import { Replacement } from './Replacement'

/** Before published fields go: what names each of them, and where. */
export function Losses({ published, drawing }: { published: Entity | undefined; drawing: Drawing }) {
  const { t } = useTexts('entities')
  const lost = lostFields(published, drawing)
  if (!lost.length || !published) return null
  return (
    <section className="card card-body losses" role="status">
      <h2>
        <Icon name="warning" />
        {t('losses.title')}
      </h2>
      <ul>
        {lost.map((key) => (
          <Loss key={key} entity={published} field={key} lost={lost} />
        ))}
      </ul>
    </section>
  )
}

function Loss({ entity, field: key, lost }: { entity: Entity; field: string; lost: string[] }) {
  const { t, language } = useTexts('entities')
  const { data, error } = useQuery(usesQuery(entity.key, key))
  const field = entity.fields.find((one) => one.key === key)
  const blocking = data?.some((use) => !use.draft)
  return (
    <li>
      <b>{field ? labelOf(field, language) : key}</b> {error ? <ProblemNote error={error} /> : null}
      {data && t(blocking ? 'losses.used' : data.length ? 'losses.drafts' : 'losses.unused')}
      {data && data.length > 0 && (
        <ul className="loss-uses">
          {data.map((use) => (
            <UseLine key={`${use.kind}-${use.id}`} use={use} />
          ))}
        </ul>
      )}
      {field && data?.some((use) => REPLACED.has(use.kind)) && (
        <Replacement entity={entity} field={field} lost={lost} />
      )}
    </li>
  )
}

/** Kinds in which another field can take the place by itself. */
const REPLACED = new Set<FieldUse['kind']>(['rule', 'view', 'form', 'pipeline'])

function UseLine({ use }: { use: FieldUse }) {
  const { t, language } = useTexts('entities')
  const place = ({ part, words }: FieldUse['places'][number]) =>
    part === 'mapping' || part === 'text'
      ? t('losses.words', { words })
      : [t(`parts.${part}`, { defaultValue: '' }), words && t('losses.words', { words })].filter(Boolean).join(' ')
  const places = use.places.map(place).filter(Boolean).join(t('app:listComma'))
  return (
    <li>
      <Link
        to={addressOf(use)}
      >{`${t(`kinds.${use.kind}`)} ${t('losses.words', { words: labelOf(use, language) })}`}</Link>
      {use.draft && <span className="mut"> {t('losses.draft')}</span>}
      {places && <span className="mut"> · {places}</span>}
    </li>
  )
}

/** Where a thing that names a field is changed. */
function addressOf({ kind, id, entity }: FieldUse): string {
  const pages = {
    view: `/views/${entity}/${id}`,
    form: `/forms/${id}`,
    pipeline: `/boards/${id}`,
    rule: `/rules/${id}`,
    connection: `/connections/${id}`,
    entity: `/entities/${entity}`,
    formula: `/entities/${entity}`,
  }
  return pages[kind]
}
