import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { sessionQuery } from '@/api/session'
import { useTexts } from '@/locales/i18n'
import { Button } from '@/ui/Button'
import { Loading } from '@/ui/Empty'
import { Checkbox, Labelled } from '@/ui/Inputs'
import { ProblemNote } from '@/ui/ProblemNote'
import { Select } from '@/ui/Select'
import { Top } from '@/ui/Top'
import { toast } from '@/ui/toasts'
import { type CalendarSettings, calendarSettingsQuery, changeCalendar, countriesQuery, countryDaysQuery } from './api'
import { CountryDays, OwnDays } from './CalendarDays'
import { countryName, WEEKDAYS, weekdayName, withDay, zones } from './calendar'
import './texts'
import './admin.css'

/** The zone of the workspace and its working days: what rules, schedules and `today` count by. */
export default function CalendarPage() {
  const { t } = useTexts('admin')
  const kept = useQuery(calendarSettingsQuery)
  return (
    <>
      <Top title={t('calendar.title')} />
      <div className="page">
        <div className="page-narrow account-page">
          {kept.error && <ProblemNote error={kept.error} onRetry={() => void kept.refetch()} />}
          {!kept.data && !kept.error && <Loading lines={6} />}
          {kept.data && <CalendarForm key={JSON.stringify(kept.data)} kept={kept.data} />}
        </div>
      </div>
    </>
  )
}

function useSaving() {
  const { t } = useTexts('admin')
  const client = useQueryClient()
  return useMutation({
    mutationFn: changeCalendar,
    onSuccess: async (done) => {
      const said = [t('calendar.saved')]
      if (done.firings) said.push(t('calendar.fired', { count: done.firings }))
      if (done.queued) said.push(t('calendar.queued', { count: done.queued }))
      toast({ text: said.join(' ') })
      await client.invalidateQueries({ queryKey: ['calendar'] })
      await client.invalidateQueries({ queryKey: sessionQuery.queryKey })
    },
  })
}

function CalendarForm({ kept }: { kept: CalendarSettings }) {
  const { t, tag } = useTexts('admin')
  const [form, setForm] = useState(kept)
  const set = (part: Partial<CalendarSettings>) => setForm((now) => ({ ...now, ...part }))
  const countries = useQuery(countriesQuery)
  const days = useQuery(countryDaysQuery(form.country))
  const saving = useSaving()
  const changed = JSON.stringify(form) !== JSON.stringify(kept)
  const moved = form.timezone !== kept.timezone
  return (
    <form
      className="card card-body stack"
      onSubmit={(event) => {
        event.preventDefault()
        saving.mutate(form)
      }}
    >
      <Labelled label={t('calendar.zone')} hint={t('calendar.zoneHint')}>
        {(ids) => (
          <Select
            id={ids.id}
            describedBy={ids['aria-describedby']}
            label={t('calendar.zone')}
            value={form.timezone}
            choices={zones(kept.timezone).map((zone) => ({ value: zone, label: zone.replaceAll('_', ' ') }))}
            onChange={(zone) => zone && set({ timezone: zone })}
          />
        )}
      </Labelled>
      <fieldset className="roles calendar-week">
        <legend>{t('calendar.weekend')}</legend>
        {WEEKDAYS.map((day) => (
          <Checkbox
            key={day}
            checked={form.weekend.includes(day)}
            onChange={(off) => set({ weekend: withDay(form.weekend, day, off) })}
          >
            {weekdayName(day, tag)}
          </Checkbox>
        ))}
      </fieldset>
      <Labelled label={t('calendar.country')} hint={t('calendar.countryHint')}>
        {(ids) => (
          <Select
            id={ids.id}
            describedBy={ids['aria-describedby']}
            label={t('calendar.country')}
            clearable
            placeholder={t('calendar.noCountry')}
            value={form.country}
            loading={countries.isPending}
            choices={(countries.data ?? []).map((code) => ({ value: code, label: countryName(code, tag) }))}
            onChange={(country) => set({ country })}
          />
        )}
      </Labelled>
      {form.country && days.data && <CountryDays days={days.data} />}
      <OwnDays
        title={t('calendar.holidays')}
        hint={t('calendar.holidaysHint')}
        days={form.holidays}
        onChange={(holidays) => set({ holidays })}
      />
      <OwnDays
        title={t('calendar.workdays')}
        hint={t('calendar.workdaysHint')}
        days={form.workdays}
        onChange={(workdays) => set({ workdays })}
      />
      {changed && <p className="hint">{t(moved ? 'calendar.zoneEffect' : 'calendar.effect')}</p>}
      {saving.error && <ProblemNote error={saving.error} />}
      <div className="line">
        <Button type="submit" tone="primary" busy={saving.isPending} disabled={!changed}>
          {t('calendar.save')}
        </Button>
        {changed && <Button onClick={() => setForm(kept)}>{t('calendar.back')}</Button>}
      </div>
    </form>
  )
}
