import { Link } from '@tanstack/react-router'
import { labelOf } from '@/api/model'
import { useSession } from '@/api/session'
import type { Entity, Value } from '@/api/types'
import { fieldType } from '@/fields/registry'
import { useTexts } from '@/locales/i18n'
import { Icon } from '@/ui/icons'
import { Pill } from '@/ui/Top'
import { wordsOf } from '@/ui/words'
import { formatInstant } from '@/values/time'
import type { Clash, FieldBack, UndoItem } from './api'

const TONES = { free: 'green', conflict: 'amber', impossible: 'red' } as const

/** One record: what is taken back of it, and what stands against that. */
export function UndoItemLine({ item, entities }: { item: UndoItem; entities: Entity[] }) {
  const { t, language } = useTexts('undo')
  const entity = entities.find((one) => one.key === item.record.entity)
  return (
    <li className="undo-item">
      <p className="line">
        <b className="grow">
          {t(`verbs.${item.verb}`, { entity: entity ? labelOf(entity, language) : item.record.entity })}{' '}
          <Link to={`/records/${item.record.entity}/${item.record.id}`}>
            {item.record.title ?? `#${item.record.id}`}
          </Link>
        </b>
        <Pill tone={TONES[item.state]}>{t(`states.${item.state}`)}</Pill>
      </p>
      {item.fields.length > 0 && (
        <dl>
          {item.fields.map((one) => (
            <Field key={one.field} entity={entity} one={one} />
          ))}
        </dl>
      )}
      {item.clashes.map((clash) => (
        <ClashNote key={clash.code + clash.words.en} clash={clash} />
      ))}
    </li>
  )
}

function Field({ entity, one }: { entity: Entity | undefined; one: FieldBack }) {
  const { t, language } = useTexts('undo')
  const field = entity?.fields.find((each) => each.key === one.field)
  if (!field) return null
  const { Cell } = fieldType(field.type)
  const show = (value: Value, title: string | null) =>
    value === null ? (
      <span className="mut">{t('blank')}</span>
    ) : (
      <Cell field={field} value={value} title={title ?? undefined} />
    )
  return (
    <div>
      <dt>{labelOf(field, language)}</dt>
      <dd>
        <del>{show(one.now, one.now_title)}</del>
        <Icon name="right" />
        {show(one.back, one.back_title)}
      </dd>
      {one.clash && <ClashNote clash={one.clash} />}
    </div>
  )
}

function ClashNote({ clash }: { clash: Clash }) {
  const { language } = useTexts('undo')
  const zone = useSession()?.workspace.timezone ?? 'UTC'
  return (
    <p className="undo-clash">
      <Icon name="warning" />
      <span>
        {wordsOf(clash.words, language)}
        {clash.at && <span className="num"> {formatInstant(clash.at, zone)}</span>}
      </span>
    </p>
  )
}
