import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { drawnKey } from '@/api/drawn'
import { useSession } from '@/api/session'
import { useTexts } from '@/locales/i18n'
import { Button } from '@/ui/Button'
import { DateInput } from '@/ui/DateInput'
import { Checkbox, Segmented } from '@/ui/Inputs'
import { Select } from '@/ui/Select'
import { ZoneNote } from '@/ui/ZoneNote'
import { fromLocal } from '@/values/time'
import { type Rule, ruleVersions } from '../api'
import type { Asked } from './api'

const DAYS = ['7', '30', '90', '365'] as const
type Period = (typeof DAYS)[number] | 'own'

/** What to try, beside what, over which time. */
export function PeriodForm({ rule, busy, onBegin }: { rule: Rule; busy: boolean; onBegin: (asked: Asked) => void }) {
  const { t } = useTexts('backtest')
  const zone = useSession()?.workspace.timezone ?? 'UTC'
  const [period, setPeriod] = useState<Period>('90')
  const [own, setOwn] = useState<{ from: string | null; to: string | null }>({ from: null, to: null })
  const [version, setVersion] = useState<string | null>(null)
  const [compare, setCompare] = useState<string | null>(null)
  const [business, setBusiness] = useState(false)
  const versions = useQuery({
    queryKey: drawnKey('rules', 'versions', rule.id, rule.published_version),
    queryFn: () => ruleVersions(rule.id),
    enabled: rule.published_version !== null,
  })
  const known = (versions.data ?? []).map((one) => ({
    value: String(one.version),
    label:
      one.version === rule.published_version
        ? t('published', { version: one.version })
        : t('version', { version: one.version }),
  }))
  const first = { value: '', label: rule.draft || !rule.published_version ? t('draft') : t('asPublished') }
  const begin = () => {
    const at = (day: string | null, clock: string) => (day ? fromLocal(`${day}T${clock}`, zone) : undefined)
    const when =
      period === 'own' ? { from: at(own.from, '00:00:00'), to: at(own.to, '23:59:59') } : { last_days: Number(period) }
    onBegin({
      ...when,
      version: version ? Number(version) : null,
      compare: compare ? Number(compare) : null,
      history: business ? 'business' : 'recorded',
    })
  }
  return (
    <section className="card backtest-form" aria-label={t('ask')}>
      <div className="backtest-period">
        <Segmented
          label={t('period')}
          value={period}
          onChange={setPeriod}
          options={[
            ...DAYS.map((days) => ({ value: days, label: t('days', { count: Number(days) }) })),
            { value: 'own', label: t('own') },
          ]}
        />
        {period === 'own' && (
          <span className="line">
            <DateInput aria-label={t('from')} value={own.from} onChange={(from) => setOwn({ ...own, from })} />
            <span aria-hidden="true">–</span>
            <DateInput aria-label={t('to')} value={own.to} onChange={(to) => setOwn({ ...own, to })} />
          </span>
        )}
      </div>
      <div className="backtest-versions">
        <span className="backtest-choice">
          <span className="mut">{t('which')}</span>
          <Select
            label={t('which')}
            value={version ?? ''}
            choices={[first, ...known]}
            onChange={(value) => setVersion(value || null)}
          />
        </span>
        {known.length > 0 && (
          <span className="backtest-choice">
            <span className="mut">{t('compareWith')}</span>
            <Select
              label={t('compareWith')}
              value={compare ?? ''}
              choices={[
                { value: '', label: t('compareNone') },
                ...known.map((one) => ({ ...one, label: t('against', { what: one.label }) })),
              ]}
              onChange={(value) => setCompare(value || null)}
            />
          </span>
        )}
        <Checkbox checked={business} onChange={setBusiness}>
          {t('asBusiness')}
        </Checkbox>
        <Button tone="primary" icon="play" busy={busy} disabled={period === 'own' && !own.from} onClick={begin}>
          {t('begin')}
        </Button>
      </div>
      <ZoneNote />
    </section>
  )
}
