import { lazy } from 'react'
import { OptionsCell } from '../cells'
import { defineField } from '../field'

export default defineField({
  type: 'choices',
  icon: 'tag',
  width: 170,
  Cell: OptionsCell,
  Editor: lazy(() => import('./Editor')),
})
