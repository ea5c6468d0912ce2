import { lazy } from 'react'
import { OptionsCell } from '../cells'
import { defineField } from '../field'

export default defineField({
  type: 'choice',
  icon: 'list',
  width: 130,
  Cell: OptionsCell,
  Editor: lazy(() => import('./Editor')),
  atOnce: true,
})
