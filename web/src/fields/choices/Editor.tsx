import { labelOf } from '@/api/model'
import { useTexts } from '@/locales/i18n'
import { Select } from '@/ui/Select'
import { OptionTag } from '../cells'
import type { EditorProps } from '../field'

export default function Editor({ field, value, onChange, inCell, disabled, ...ids }: EditorProps) {
  const { language } = useTexts()
  return (
    <Select
      many
      id={ids.id}
      label={ids['aria-label']}
      describedBy={ids['aria-describedby']}
      invalid={ids['aria-invalid']}
      disabled={disabled}
      autoOpen={inCell}
      value={Array.isArray(value) ? value : []}
      onChange={(values) => onChange(values.length ? values : null)}
      choices={field.options.map((option) => ({
        value: option.value,
        label: labelOf(option, language),
        drawn: <OptionTag option={option} value={option.value} />,
      }))}
    />
  )
}
