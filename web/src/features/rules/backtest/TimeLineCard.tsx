import { lazy, Suspense, useMemo } from 'react'
import { useSession } from '@/api/session'
import { useTexts } from '@/locales/i18n'
import { Loading } from '@/ui/Empty'
import { formatInstant } from '@/values/time'
import type { Backtest, Found } from './api'
import { timeLine } from './model'

const BarsChart = lazy(() => import('@/ui/Chart').then((found) => ({ default: found.BarsChart })))

/** Hits by day or week: a picture, and the same as a table. */
export function TimeLineCard({ run, found }: { run: Backtest; found: Found }) {
  const { t } = useTexts('backtest')
  const zone = useSession()?.workspace.timezone ?? 'UTC'
  const line = useMemo(() => {
    const day = (at: string) => formatInstant(at, zone).slice(0, 10)
    return timeLine(day(run.from), day(run.to), found.sides)
  }, [run, found, zone])
  const names = useMemo(() => found.sides.map((_, at) => (at === 0 ? 'A' : 'B')), [found])
  const bars = useMemo(
    () => ({
      steps: line.steps.map((step) => step.day),
      series: names.map((name, at) => ({
        name: names.length > 1 ? name : t('hits'),
        values: line.steps.map((step) => step.values[at] ?? 0),
      })),
    }),
    [line, names, t],
  )
  const title = line.weeks ? t('byWeek') : t('byDay')
  const busy = line.steps.filter((step) => step.values.some(Boolean))
  return (
    <section className="card" aria-label={title}>
      <header className="card-head">
        <h2>{title}</h2>
      </header>
      <div className="card-body">
        <Suspense fallback={<Loading lines={4} />}>
          <BarsChart bars={bars} label={title} />
        </Suspense>
        {busy.length > 0 && (
          <details className="backtest-twin">
            <summary>{t('asTable')}</summary>
            <table>
              <thead>
                <tr>
                  <th>{line.weeks ? t('week') : t('day')}</th>
                  {bars.series.map((one) => (
                    <th key={one.name} className="num">
                      {one.name}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {busy.map((step) => (
                  <tr key={step.day}>
                    <td className="num">{step.day}</td>
                    {step.values.map((value, at) => (
                      <td key={names[at]} className="num">
                        {value}
                      </td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </details>
        )}
      </div>
    </section>
  )
}
