import { lazy } from 'react'
import { useTexts } from '@/locales/i18n'
import { Icon } from '@/ui/icons'
import { type CellProps, defineField } from '../field'

function Cell({ value }: CellProps) {
  const { t } = useTexts()
  if (typeof value !== 'boolean') return null
  return (
    <span className={value ? 'yes-no yes' : 'yes-no'}>
      <Icon name={value ? 'check' : 'x'} />
      {value ? t('yes') : t('no')}
    </span>
  )
}

export default defineField({
  type: 'boolean',
  icon: 'toggle',
  width: 100,
  Cell,
  Editor: lazy(() => import('./Editor')),
  atOnce: true,
})
