import { lazy } from 'react'
import { TitleCell } from '../cells'
import { defineField } from '../field'

export default defineField({
  type: 'user',
  icon: 'user',
  width: 160,
  Cell: TitleCell,
  Editor: lazy(() => import('../RecordEditor')),
  atOnce: true,
})
