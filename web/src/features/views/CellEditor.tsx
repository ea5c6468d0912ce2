import { Suspense, useRef, useState } from 'react'
import { labelOf } from '@/api/model'
import type { Field, Row, Value } from '@/api/types'
import { fieldType } from '@/fields/registry'
import { useTexts } from '@/locales/i18n'
import type { CellWrite } from './useCellWrite'

/** The editor inside a cell: Enter keeps and steps down, Tab keeps and steps right, Escape leaves all as it was. */
export function CellEditor({
  field,
  row,
  onWrite,
  onDone,
}: {
  field: Field
  row: Row
  onWrite: CellWrite
  onDone: (move?: 'down' | 'right') => void
}) {
  const { language } = useTexts()
  const type = fieldType(field.type)
  const [typed, setTyped] = useState<{ value: Value; title?: string } | null>(null)
  const left = useRef(false)
  const keep = (next: { value: Value; title?: string } | null, move?: 'down' | 'right') => {
    if (left.current) return
    left.current = true
    if (next) onWrite(row, field.key, next.value, next.title)
    onDone(move)
  }
  if (!type.Editor) return null
  const value = typed ? typed.value : (row.values[field.key] ?? null)
  return (
    <div
      className="cell-editor"
      onKeyDown={(event) => {
        event.stopPropagation()
        if (event.key === 'Escape') {
          left.current = true
          onDone()
        } else if (event.key === 'Enter' && !type.atOnce) keep(typed, 'down')
        else if (event.key === 'Tab') {
          event.preventDefault()
          keep(typed, 'right')
        }
      }}
      onBlur={(event) => {
        const next = event.relatedTarget as HTMLElement | null
        if (!type.atOnce && !event.currentTarget.contains(next) && !next?.closest('.ant-select-dropdown')) keep(typed)
      }}
    >
      <Suspense fallback={null}>
        <type.Editor
          field={field}
          inCell
          aria-label={labelOf(field, language)}
          value={value}
          title={typed?.title ?? row.titles[field.key]}
          onChange={(next, title) => {
            if (type.atOnce) keep({ value: next, title })
            else setTyped({ value: next, title })
          }}
        />
      </Suspense>
    </div>
  )
}
