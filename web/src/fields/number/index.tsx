import { lazy } from 'react'
import { useTexts } from '@/locales/i18n'
import { formatDecimal } from '@/values/decimal'
import { type CellProps, defineField } from '../field'

function Cell({ field, value }: CellProps) {
  const { tag } = useTexts()
  return value === null || value === undefined ? null : (
    <span className="num">{formatDecimal(String(value), tag, field.decimals)}</span>
  )
}

export default defineField({
  type: 'number',
  icon: 'hash',
  right: true,
  width: 140,
  Cell,
  Editor: lazy(() => import('./Editor')),
})
