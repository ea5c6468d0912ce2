import { useTexts } from '@/locales/i18n'
import { Button } from '@/ui/Button'
import { Icon } from '@/ui/icons'
import type { Missing } from './plan'

/** Rows that name a record which is not there, with the ways out: create these records, or leave the field blank. */
export function LackingNote({
  what,
  count,
  creatable,
  onChoose,
}: {
  what: string
  count: number
  creatable: boolean
  onChoose: (missing: Missing) => void
}) {
  const { t } = useTexts('imports')
  return (
    <div className="import-lacking" role="status">
      <Icon name="warning" />
      <span>{t('lacking', { count, what })}</span>
      {creatable && (
        <Button small onClick={() => onChoose('create')}>
          {t('createThem')}
        </Button>
      )}
      <Button small onClick={() => onChoose('empty')}>
        {t('leaveBlank')}
      </Button>
    </div>
  )
}
