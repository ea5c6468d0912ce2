import { useMemo, useState } from 'react'
import { useParsed } from '@/api/language'
import { labelOf, pathLabel, resolvePath } from '@/api/model'
import type { Entity, Field, LanguageText } from '@/api/types'
import { useTexts } from '@/locales/i18n'
import { Button, IconButton } from '@/ui/Button'
import { Segmented, TextArea } from '@/ui/Inputs'
import { Select } from '@/ui/Select'
import { ClauseValue } from './ClauseValue'
import { type Clause, type ClauseList, write } from './clauses'
import { freshClause, listOf } from './lens'
import { operatorOf, operatorsOf, takesBlanks } from './operators'
import { pathsOf } from './paths'
import './conditions.css'

export interface ConditionEditorProps {
  entity: Entity
  entities: Entity[]
  value: LanguageText | null
  onChange: (value: LanguageText | null) => void
  /** Starts with a clause for this field, without a value yet. */
  startWith?: string
}

const EMPTY: ClauseList = { join: 'and', clauses: [] }

/** A condition as clauses or as text: both are the same condition, and nothing typed is lost. */
export function ConditionEditor({ entity, entities, value, onChange, startWith }: ConditionEditorProps) {
  const { t, language } = useTexts('conditions')
  const parsed = useParsed(value, entity.key)
  const known = useMemo(() => listOf(value, parsed?.formatted?.en, entities, entity), [value, parsed, entities, entity])
  const [list, setList] = useState<ClauseList | null>(() => {
    const found = value ? known : EMPTY
    return found && startWith
      ? { ...found, clauses: [...found.clauses, freshClause(startWith, entities, entity)] }
      : found
  })
  const [mode, setMode] = useState<'clauses' | 'text'>(value && !known ? 'text' : 'clauses')
  const fieldOf = (path: string) => resolvePath(entities, entity, path)?.field
  const change = (next: ClauseList) => {
    setList(next)
    const text = write(next, fieldOf)
    onChange(text ? { text, language: 'en' } : null)
  }
  const turn = (next: 'clauses' | 'text') => {
    if (next === 'clauses') setList(value ? known : EMPTY)
    else if (parsed?.formatted && value) onChange({ text: parsed.formatted[language], language })
    setMode(next)
  }
  return (
    <div className="condition">
      <Segmented
        label={t('mode')}
        value={mode}
        onChange={turn}
        options={[
          { value: 'clauses', label: t('asClauses') },
          { value: 'text', label: t('asText') },
        ]}
      />
      {mode === 'text' ? (
        <RawText value={value} entity={entity} onChange={onChange} />
      ) : list ? (
        <Clauses list={list} entity={entity} entities={entities} onChange={change} />
      ) : (
        <p className="mut">{t('tooRich')}</p>
      )}
      {parsed?.sentence && <p className="condition-sentence">{parsed.sentence[language]}</p>}
    </div>
  )
}

function Clauses({
  list,
  entity,
  entities,
  onChange,
}: {
  list: ClauseList
  entity: Entity
  entities: Entity[]
  onChange: (list: ClauseList) => void
}) {
  const { t, language } = useTexts('conditions')
  const paths = useMemo(() => pathsOf(entities, entity), [entities, entity])
  const choices = paths.map((found) => ({ value: found.path, label: pathLabel(found, language) }))
  const set = (index: number, clause: Clause) =>
    onChange({ ...list, clauses: list.clauses.map((one, at) => (at === index ? clause : one)) })
  const first = paths[0]
  return (
    <>
      {list.clauses.length > 1 && (
        <Segmented
          label={t('join')}
          value={list.join}
          onChange={(join) => onChange({ ...list, join })}
          options={[
            { value: 'and', label: t('all') },
            { value: 'or', label: t('any') },
          ]}
        />
      )}
      <ul className="clauses">
        {list.clauses.map((clause, index) => {
          const field: Field | undefined = resolvePath(entities, entity, clause.path)?.field
          const name = field ? labelOf(field, language) : clause.path
          const label = t('clause', { number: index + 1, field: name })
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: clauses have no ids, and their order is their identity
            <li key={index} aria-label={label}>
              <Select
                label={t('field')}
                value={clause.path}
                choices={choices}
                onChange={(path) => path && set(index, freshClause(path, entities, entity))}
              />
              {field && (
                <Select
                  label={t('operator')}
                  value={clause.operator}
                  choices={operatorsOf(field).map((operator) => ({
                    value: operator.name,
                    label: t(`operators.${operator.name}`),
                  }))}
                  onChange={(name) => {
                    const next = operatorsOf(field).find((operator) => operator.name === name)
                    if (next)
                      set(index, {
                        ...clause,
                        operator: next.name,
                        values: next.input === operatorOf(clause.operator).input ? clause.values : [],
                      })
                  }}
                />
              )}
              {field && (
                <ClauseValue clause={clause} field={field} onChange={(values) => set(index, { ...clause, values })} />
              )}
              <IconButton
                small
                icon="x"
                label={t('remove', { clause: label })}
                onClick={() => onChange({ ...list, clauses: list.clauses.filter((_, at) => at !== index) })}
              />
              {takesBlanks(clause.operator) && <p className="hint">{t('takesBlanks')}</p>}
            </li>
          )
        })}
      </ul>
      {first && (
        <Button
          small
          icon="plus"
          onClick={() => onChange({ ...list, clauses: [...list.clauses, freshClause(first.path, entities, entity)] })}
        >
          {t('addClause')}
        </Button>
      )}
    </>
  )
}

function RawText({
  value,
  entity,
  onChange,
}: {
  value: LanguageText | null
  entity: Entity
  onChange: (value: LanguageText | null) => void
}) {
  const { t, language } = useTexts('conditions')
  const parsed = useParsed(value, entity.key)
  return (
    <>
      <TextArea
        aria-label={t('text')}
        placeholder={t('textHint')}
        rows={3}
        spellCheck={false}
        value={value?.text ?? ''}
        onChange={(text) => onChange(text.trim() ? { text, language } : null)}
      />
      <ul className="errors" aria-live="polite">
        {parsed?.diagnostics.map((one) => (
          <li key={`${one.from}-${one.code}-${one.message}`}>
            <span>{one.message}</span>
            {one.fix && value && (
              <Button
                small
                onClick={() =>
                  onChange({
                    ...value,
                    text: value.text.slice(0, one.from) + one.fix?.replacement + value.text.slice(one.to),
                  })
                }
              >
                {one.fix.title}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </>
  )
}
