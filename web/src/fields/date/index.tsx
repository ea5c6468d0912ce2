import { lazy } from 'react'
import { defineField } from '../field'

export default defineField({
  type: 'date',
  icon: 'calendar',
  width: 130,
  Cell: ({ value }) => (value ? <span className="num">{String(value)}</span> : null),
  Editor: lazy(() => import('./Editor')),
  atOnce: true,
})
