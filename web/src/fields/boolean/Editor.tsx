import { useTexts } from '@/locales/i18n'
import { Select } from '@/ui/Select'
import type { EditorProps } from '../field'

/** Three answers: yes, no, and none given. */
export default function Editor({ value, onChange, inCell, disabled, ...ids }: EditorProps) {
  const { t } = useTexts()
  return (
    <Select
      id={ids.id}
      label={ids['aria-label']}
      describedBy={ids['aria-describedby']}
      invalid={ids['aria-invalid']}
      disabled={disabled}
      autoOpen={inCell}
      clearable
      value={typeof value === 'boolean' ? String(value) : null}
      onChange={(text) => onChange(text === null ? null : text === 'true')}
      choices={[
        { value: 'true', label: t('yes') },
        { value: 'false', label: t('no') },
      ]}
    />
  )
}
