import { lazy } from 'react'
import { PlainCell } from '../cells'
import { defineField } from '../field'

export default defineField({
  type: 'phone',
  icon: 'phone',
  width: 150,
  Cell: PlainCell,
  Editor: lazy(() => import('./Editor')),
})
