import { TextInput } from '@/ui/Inputs'
import type { EditorProps } from './field'

/** One line of text. */
export function LineEditor({
  field,
  value,
  title: _title,
  onChange,
  inCell,
  inputType,
  ...ids
}: EditorProps & { inputType: string }) {
  const limit = Number(field.settings.max_length ?? 0) || undefined
  return (
    <TextInput
      {...ids}
      type={inputType}
      maxLength={limit}
      autoFocus={inCell}
      value={typeof value === 'string' ? value : ''}
      onChange={(text) => onChange(text === '' ? null : text)}
    />
  )
}
