import { lazy } from 'react'
import { defineField } from '../field'

export default defineField({
  type: 'email',
  icon: 'mail',
  width: 200,
  Cell: ({ value }) => (value ? <a href={`mailto:${value}`}>{String(value)}</a> : null),
  Editor: lazy(() => import('./Editor')),
})
