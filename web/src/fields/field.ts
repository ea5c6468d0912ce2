/** A field type in the browser: how a value looks in a cell and how it is typed. One folder per type. */
import type { ComponentType, LazyExoticComponent } from 'react'
import type { Field, Row, Value } from '@/api/types'
import type { IconName } from '@/ui/icons'

export interface CellProps {
  field: Field
  value: Value
  /** The title of a referenced record. */
  title?: string
  row?: Row
}

export interface EditorProps {
  field: Field
  value: Value
  title?: string
  onChange: (value: Value, title?: string) => void
  /** Ties the control to its label, hint and errors. */
  id?: string
  'aria-describedby'?: string
  'aria-invalid'?: boolean
  /** Named here when no label stands beside it (in a cell). */
  'aria-label'?: string
  /** In a cell: takes the focus at once and stays small. */
  inCell?: boolean
  disabled?: boolean
}

export interface FieldType {
  type: string
  icon: IconName
  /** Numbers stand at the right. */
  right?: boolean
  /** Preferred width of a column in pixels. */
  width: number
  Cell: ComponentType<CellProps>
  /** Left out: the value cannot be typed (ids). */
  Editor?: LazyExoticComponent<ComponentType<EditorProps>>
  /** Drawn although nobody types its values: they are worked out. */
  workedOut?: boolean
  /** Choosing is committing: the editor in a cell closes with the first change. */
  atOnce?: boolean
  /** Too large for a cell: edited on the record's page. */
  pageOnly?: boolean
}

export const defineField = (fieldType: FieldType) => fieldType
