import { DateInput } from '@/ui/DateInput'
import type { EditorProps } from '../field'

export default function Editor({ field: _field, value, title: _title, onChange, inCell, ...ids }: EditorProps) {
  return <DateInput {...ids} autoOpen={inCell} value={typeof value === 'string' ? value : null} onChange={onChange} />
}
