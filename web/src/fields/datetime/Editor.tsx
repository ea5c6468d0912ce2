import { useSession } from '@/api/session'
import { DateInput } from '@/ui/DateInput'
import { fromLocal, toLocal } from '@/values/time'
import type { EditorProps } from '../field'

/** Shown and typed as the wall clock of the workspace, kept as an instant. */
export default function Editor({ field: _field, value, title: _title, onChange, inCell, ...ids }: EditorProps) {
  const zone = useSession()?.workspace.timezone ?? 'UTC'
  return (
    <DateInput
      {...ids}
      withTime
      autoOpen={inCell}
      value={typeof value === 'string' ? toLocal(value, zone) : null}
      onChange={(local) => onChange(local && fromLocal(local, zone))}
    />
  )
}
