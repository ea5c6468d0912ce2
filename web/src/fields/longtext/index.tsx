import { lazy } from 'react'
import { PlainCell } from '../cells'
import { defineField } from '../field'

export default defineField({
  type: 'longtext',
  icon: 'text',
  width: 260,
  Cell: PlainCell,
  Editor: lazy(() => import('./Editor')),
  pageOnly: true,
})
