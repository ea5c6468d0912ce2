import { lazy } from 'react'
import { PlainCell } from '../cells'
import { defineField } from '../field'

export default defineField({
  type: 'text',
  icon: 'text',
  width: 190,
  Cell: PlainCell,
  Editor: lazy(() => import('./Editor')),
})
