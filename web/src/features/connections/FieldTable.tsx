import { labelOf } from '@/api/model'
import type { Entity, Field } from '@/api/types'
import { useTexts } from '@/locales/i18n'
import { Checkbox } from '@/ui/Inputs'
import { Select } from '@/ui/Select'
import type { RemoteField } from './api'
import {
  assign,
  canBeKey,
  type FieldSource,
  fillable,
  foreignChoices,
  type Part,
  sampleWords,
  sourceOf,
  tune,
} from './mapping'

interface TableProps<P extends Part> {
  part: P
  entity: Entity
  entities: Entity[]
  remote: RemoteField[]
  rows: Record<string, unknown>[]
  onChange: (part: P) => void
  /** The field that finds records which exist already; left out: lines are found by their own key. */
  keyed?: string | null
  onKey?: (field: string | null) => void
  /** The field that points to the parent: it fills itself. */
  without?: string
}

/** Each field of ours with the remote field that feeds it and what stands there now. */
export function FieldTable<P extends Part>({
  part,
  entity,
  entities,
  remote,
  rows,
  onChange,
  keyed,
  onKey,
  without,
}: TableProps<P>) {
  const { t, language } = useTexts('connections')
  const choices = remote.map((one) => ({ value: one.key, label: remoteLabel(one, language) }))
  return (
    <ul className="field-table">
      {fillable(entity)
        .filter((field) => field.key !== without)
        .map((field) => {
          const source = sourceOf(part, field.key)
          const found = source ? sampleWords(rows, source.field) : ''
          return (
            <li key={field.key}>
              <span className="field-name">
                {labelOf(field, language)}
                {field.required && <span className="must">*</span>}
              </span>
              <span className="field-source">
                <Select
                  label={t('sourceOf', { field: labelOf(field, language) })}
                  placeholder={t('notFilled')}
                  clearable
                  value={source?.field ?? null}
                  choices={choices}
                  onChange={(next) => onChange(assign(part, field.key, next))}
                />
                {source && (
                  <Reference
                    field={field}
                    source={source}
                    entities={entities}
                    onTune={(change) => onChange(tune(part, field.key, change))}
                  />
                )}
                {source && field.options.length > 0 && (
                  <Aliases
                    field={field}
                    source={source}
                    words={foreignChoices(rows, source, field)}
                    onTune={(change) => onChange(tune(part, field.key, change))}
                  />
                )}
                {onKey && source && (canBeKey(field) || keyed === field.key) && (
                  <Checkbox checked={keyed === field.key} onChange={(on) => onKey(on ? field.key : null)}>
                    {t('isKey')}
                  </Checkbox>
                )}
              </span>
              <span className="field-sample mut" title={found}>
                {found}
              </span>
            </li>
          )
        })}
    </ul>
  )
}

const remoteLabel = (one: RemoteField, language: 'zh' | 'en') => {
  const label = labelOf({ labels: one.labels, name: one.key }, language)
  return label === one.key ? one.key : `${label} · ${one.key}`
}

/** How a referenced record is found, and what happens when there is none. */
function Reference({
  field,
  source,
  entities,
  onTune,
}: {
  field: Field
  source: FieldSource
  entities: Entity[]
  onTune: (change: Partial<FieldSource>) => void
}) {
  const { t, language } = useTexts('connections')
  const target = entities.find((one) => one.key === field.to)
  if (!target) return null
  const keys = fillable(target).filter((one) => one.unique || ['text', 'email', 'phone'].includes(one.type))
  return (
    <>
      <Select
        label={t('findBy')}
        placeholder={t('findAuto')}
        clearable
        value={source.find ?? null}
        choices={keys.map((one) => ({ value: one.key, label: t('foundBy', { field: labelOf(one, language) }) }))}
        onChange={(find) => onTune({ find: find ?? undefined })}
      />
      <Select
        label={t('whenNone')}
        value={source.missing ?? 'refuse'}
        choices={(['refuse', 'create', 'empty'] as const).map((one) => ({ value: one, label: t(`missings.${one}`) }))}
        onChange={(missing) => onTune({ missing: (missing as FieldSource['missing']) ?? 'refuse' })}
      />
    </>
  )
}

/** What each word of the other system means as an option of ours; a word without a meaning keeps its rows out. */
function Aliases({
  field,
  source,
  words,
  onTune,
}: {
  field: Field
  source: FieldSource
  words: string[]
  onTune: (change: Partial<FieldSource>) => void
}) {
  const { t, language } = useTexts('connections')
  const aliases = source.aliases ?? {}
  const choices = field.options.map((one) => ({ value: one.value, label: labelOf(one, language) }))
  const say = (word: string, option: string | null) => {
    const rest = Object.entries(aliases).filter(([known]) => known !== word)
    const next = Object.fromEntries(option === null ? rest : [...rest, [word, option]])
    onTune({ aliases: Object.keys(next).length ? next : undefined })
  }
  if (!words.length) return null
  return (
    <div className="field-aliases">
      {words.map((word) => (
        <span key={word} className="field-alias">
          <code>{word}</code>
          <span aria-hidden="true">→</span>
          <Select
            label={t('aliasOf', { word })}
            placeholder={t('aliasNone')}
            clearable
            value={aliases[word] ?? null}
            choices={choices}
            onChange={(option) => say(word, option)}
          />
        </span>
      ))}
    </div>
  )
}
