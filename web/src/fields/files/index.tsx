import { lazy } from 'react'
import { Icon } from '@/ui/icons'
import { type CellProps, defineField } from '../field'

function Cell({ value }: CellProps) {
  if (!Array.isArray(value) || !value.length) return null
  return (
    <span className="file-count num">
      <Icon name="file" />
      {value.length}
    </span>
  )
}

export default defineField({
  type: 'files',
  icon: 'file',
  width: 100,
  Cell,
  Editor: lazy(() => import('./Editor')),
  pageOnly: true,
})
