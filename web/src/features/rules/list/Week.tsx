import { useTexts } from '@/locales/i18n'
import { formatDecimal } from '@/values/decimal'
import { barHeights } from './model'

/** Firings of the last seven days: their number, and one bar per day. */
export function Week({ days }: { days: number[] }) {
  const { t, tag } = useTexts('rules')
  const all = days.reduce((sum, one) => sum + one, 0)
  return (
    <span
      className="rule-week"
      role="img"
      aria-label={t('weekCount', { count: all })}
      title={t('weekCount', { count: all })}
    >
      <span className="rule-week-bars">
        {barHeights(days).map((height, day) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the days are a fixed row
          <i key={day} style={{ height: `${height}px` }} />
        ))}
      </span>
      <b className="num">{formatDecimal(String(all), tag)}</b>
    </span>
  )
}
