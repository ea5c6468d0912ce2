import { Suspense } from 'react'
import { labelOf } from '@/api/model'
import type { Field, Value } from '@/api/types'
import { fieldType } from '@/fields/registry'
import { useTexts } from '@/locales/i18n'
import { TextInput } from '@/ui/Inputs'
import { Select } from '@/ui/Select'
import type { Clause } from './clauses'
import { DURATIONS, operatorOf, PERIODS } from './operators'

/** The control for what stands right of the operator. */
export function ClauseValue({
  clause,
  field,
  onChange,
}: {
  clause: Clause
  field: Field
  onChange: (values: string[]) => void
}) {
  const { t } = useTexts('conditions')
  const { input } = operatorOf(clause.operator)
  const [first = '', second = ''] = clause.values
  switch (input) {
    case 'none':
      return <span className="grow" />
    case 'one':
      return (
        <One
          field={field}
          value={first}
          label={t('value')}
          onChange={(value) => onChange(value === '' ? [] : [value])}
        />
      )
    case 'two':
      return (
        <span className="clause-two">
          <One field={field} value={first} label={t('from')} onChange={(value) => onChange([value, second])} />
          <span>{t('to')}</span>
          <One field={field} value={second} label={t('until')} onChange={(value) => onChange([first, value])} />
        </span>
      )
    case 'many':
      return <Many field={field} values={clause.values} label={t('value')} onChange={onChange} />
    case 'duration':
      return (
        <span className="clause-two">
          <TextInput
            aria-label={t('amount')}
            inputMode="numeric"
            value={first}
            onChange={(text) => onChange([text.replace(/\D/g, '').slice(0, 5), second || 'days'])}
          />
          <Select
            label={t('unit')}
            value={second || 'days'}
            choices={DURATIONS.map((unit) => ({ value: unit, label: t(`units.${unit}`) }))}
            onChange={(unit) => onChange([first, unit ?? 'days'])}
          />
        </span>
      )
    case 'period':
      return (
        <Select
          label={t('period')}
          value={first || null}
          choices={PERIODS.map((period) => ({ value: period, label: t(`periods.${period}`) }))}
          onChange={(period) => onChange(period ? [period] : [])}
        />
      )
  }
}

interface OneProps {
  field: Field
  value: string
  label: string
  onChange: (value: string) => void
}

function One({ field, value, label, onChange }: OneProps) {
  const { Editor } = fieldType(field.type)
  const bare = { ...field, required: false }
  if (!Editor) return <TextInput aria-label={label} value={value} onChange={onChange} />
  const changed = (next: Value) => onChange(typeof next === 'string' ? next : '')
  return (
    <Suspense fallback={<span className="grow" />}>
      <Editor
        field={field.type === 'longtext' ? { ...bare, type: 'text' } : bare}
        value={value || null}
        onChange={changed}
        aria-label={label}
      />
    </Suspense>
  )
}

function Many({
  field,
  values,
  label,
  onChange,
}: {
  field: Field
  values: string[]
  label: string
  onChange: (values: string[]) => void
}) {
  const { t, language } = useTexts('conditions')
  if (!field.options.length) {
    const split = (text: string) =>
      text
        .split(/[,，、;；]/)
        .map((one) => one.trim())
        .filter(Boolean)
    return (
      <TextInput
        aria-label={label}
        placeholder={t('manyHint')}
        defaultValue={values.join(', ')}
        onChange={(text) => onChange(split(text))}
      />
    )
  }
  const choices = field.options.map((option) => ({ value: option.value, label: labelOf(option, language) }))
  return <Select many label={label} value={values} choices={choices} onChange={onChange} />
}
