import { lazy } from 'react'
import { useSession } from '@/api/session'
import { formatInstant } from '@/values/time'
import { type CellProps, defineField } from '../field'

function Cell({ value }: CellProps) {
  const zone = useSession()?.workspace.timezone ?? 'UTC'
  return typeof value === 'string' ? <span className="num">{formatInstant(value, zone)}</span> : null
}

export default defineField({
  type: 'datetime',
  icon: 'clock',
  width: 160,
  Cell,
  Editor: lazy(() => import('./Editor')),
  atOnce: true,
})
