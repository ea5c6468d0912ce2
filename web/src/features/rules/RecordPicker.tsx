import { Suspense } from 'react'
import type { Entity, Field } from '@/api/types'
import { fieldType } from '@/fields/registry'
import { Loading } from '@/ui/Empty'

export interface PickedRecord {
  id: string
  title: string
}

/** Any record of an entity: the editor of a reference to it. */
export function RecordPicker({
  entity,
  label,
  chosen,
  onPick,
}: {
  entity: Entity
  label: string
  chosen: PickedRecord | null
  onPick: (record: PickedRecord) => void
}) {
  const { Editor } = fieldType('reference')
  const field: Field = {
    id: '',
    key: 'record',
    name: 'record',
    labels: entity.labels,
    type: 'reference',
    value_kind: 'record',
    required: true,
    unique: false,
    system: false,
    decimals: 0,
    options: [],
    to: entity.key,
    settings: {},
  }
  if (!Editor) return null
  return (
    <Suspense fallback={<Loading lines={1} />}>
      <Editor
        field={field}
        value={chosen?.id ?? null}
        title={chosen?.title}
        aria-label={label}
        onChange={(id, title) => typeof id === 'string' && onPick({ id, title: title ?? `#${id}` })}
      />
    </Suspense>
  )
}
