import { TextArea } from '@/ui/Inputs'
import type { EditorProps } from '../field'

export default function Editor({
  field: _field,
  value,
  title: _title,
  onChange,
  inCell: _inCell,
  ...ids
}: EditorProps) {
  return (
    <TextArea
      {...ids}
      value={typeof value === 'string' ? value : ''}
      onChange={(text) => onChange(text === '' ? null : text)}
    />
  )
}
