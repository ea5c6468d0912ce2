import { useTexts } from '@/locales/i18n'
import { Labelled, TextInput } from '@/ui/Inputs'
import { Select } from '@/ui/Select'
import { formatDecimal } from '@/values/decimal'
import type { Allowed, Period } from './api'

const PERIODS: Period[] = ['minute', 'hour', 'day']

/** How often a rule may fire before it stops by itself; blank is the default, which is shown. */
export function RateField({
  value,
  standard,
  onChange,
}: {
  value: { most: number | null; per: Period }
  standard: Allowed | undefined
  onChange: (value: { most: number | null; per: Period }) => void
}) {
  const { t, tag } = useTexts('rules')
  const shown = standard
    ? t('safety.standard', {
        most: formatDecimal(String(standard.most), tag),
        per: t(`safety.periods.${standard.per}`),
      })
    : undefined
  return (
    <Labelled label={t('safety.rate')} hint={shown}>
      {(ids) => (
        <span className="rate-field">
          <TextInput
            {...ids}
            inputMode="numeric"
            value={value.most === null ? '' : String(value.most)}
            placeholder={standard ? String(standard.most) : ''}
            onChange={(text) => {
              const digits = text.replace(/\D/g, '').slice(0, 7)
              onChange({ ...value, most: digits === '' ? null : Number(digits) })
            }}
          />
          <span>{t('safety.times')}</span>
          <Select
            label={t('safety.period')}
            value={value.per}
            choices={PERIODS.map((per) => ({ value: per, label: t(`safety.periods.${per}`) }))}
            onChange={(per) => onChange({ ...value, per: (per as Period) ?? 'hour' })}
          />
        </span>
      )}
    </Labelled>
  )
}
