import { lazy } from 'react'
import { defineField } from '../field'

/** Only web addresses become links: a stored `javascript:` must never be clickable. */
const safe = (value: string) => /^https?:\/\//i.test(value)

export default defineField({
  type: 'url',
  icon: 'globe',
  width: 200,
  Cell: ({ value }) => {
    if (typeof value !== 'string') return null
    if (!safe(value)) return value
    return (
      <a href={value} target="_blank" rel="noreferrer noopener">
        {value.replace(/^https?:\/\//i, '')}
      </a>
    )
  },
  Editor: lazy(() => import('./Editor')),
})
