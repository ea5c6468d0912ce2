import { lazy } from 'react'
import { TitleCell } from '../cells'
import { defineField } from '../field'

export default defineField({
  type: 'reference',
  icon: 'link',
  width: 160,
  Cell: TitleCell,
  Editor: lazy(() => import('../RecordEditor')),
  atOnce: true,
})
