import { DatePicker } from 'antd'
import dayjs from 'dayjs'
import 'dayjs/locale/zh-cn'
import { useTexts } from '@/locales/i18n'

const DAY = 'YYYY-MM-DD'
const MINUTE = 'YYYY-MM-DD HH:mm'

/** A calendar day (`2026-01-31`), or with `withTime` a wall-clock time (`2026-01-31T16:00:00`). */
export function DateInput({
  value,
  onChange,
  withTime,
  autoOpen,
  ...ids
}: {
  value: string | null
  onChange: (value: string | null) => void
  withTime?: boolean
  autoOpen?: boolean
  id?: string
  disabled?: boolean
  'aria-describedby'?: string
  'aria-invalid'?: boolean
  'aria-label'?: string
}) {
  const { t } = useTexts()
  return (
    <DatePicker
      {...ids}
      className="select"
      format={withTime ? MINUTE : DAY}
      placeholder={withTime ? t('datetimeHint') : t('dateHint')}
      showTime={withTime ? { format: 'HH:mm' } : false}
      needConfirm={false}
      autoFocus={autoOpen}
      defaultOpen={autoOpen}
      status={ids['aria-invalid'] ? 'error' : undefined}
      value={value ? dayjs(value) : null}
      onChange={(day) => onChange(day ? day.format(withTime ? 'YYYY-MM-DDTHH:mm:ss' : DAY) : null)}
    />
  )
}
