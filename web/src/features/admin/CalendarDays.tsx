import { useState } from 'react'
import { useTexts } from '@/locales/i18n'
import { IconButton } from '@/ui/Button'
import { DateInput } from '@/ui/DateInput'
import { type CountryDays as Days, upcoming } from './calendar'

/** Days of the workspace's own: each can be taken away, and one more picked. */
export function OwnDays({
  title,
  hint,
  days,
  onChange,
}: {
  title: string
  hint: string
  days: string[]
  onChange: (days: string[]) => void
}) {
  const { t } = useTexts('admin')
  const [next, setNext] = useState<string | null>(null)
  return (
    <fieldset className="roles">
      <legend>{title}</legend>
      <p className="hint">{hint}</p>
      {days.length > 0 && (
        <ul className="calendar-days" aria-label={title}>
          {days.map((day) => (
            <li key={day} className="pill slate num">
              {day}
              <IconButton
                icon="x"
                label={t('calendar.remove', { day })}
                onClick={() => onChange(days.filter((one) => one !== day))}
              />
            </li>
          ))}
        </ul>
      )}
      <DateInput
        aria-label={t('calendar.add', { title })}
        value={next}
        onChange={(day) => {
          setNext(null)
          if (day && !days.includes(day)) onChange([...days, day].sort())
        }}
      />
    </fieldset>
  )
}

/** Days that do not break within. */
const written = (days: string[]) => days.map((day) => day.replaceAll('-', '\u2011')).join(' · ')

/** What the holidays of the chosen country are, the next ones. */
export function CountryDays({ days }: { days: Days }) {
  const { t } = useTexts('admin')
  const { holidays, workdays } = upcoming(days)
  return (
    <p className="hint num">
      {t('calendar.nextHolidays', { days: written(holidays) })}
      {workdays.length > 0 && (
        <>
          <br />
          {t('calendar.nextWorkdays', { days: written(workdays) })}
        </>
      )}
    </p>
  )
}
