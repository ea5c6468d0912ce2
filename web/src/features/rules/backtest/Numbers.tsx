import { useQuery } from '@tanstack/react-query'
import { entitiesQuery, labelOf } from '@/api/model'
import { useTexts } from '@/locales/i18n'
import { formatDecimal } from '@/values/decimal'
import type { Side } from './api'
import { messagesOf } from './model'

const PEOPLE = 8

/** What came of one version: how many, when most, who gets how much. */
export function Numbers({ side, two, at }: { side: Side; two: boolean; at: number }) {
  const { t, tag, language } = useTexts('backtest')
  const shown = (value: number) => formatDecimal(String(value), tag)
  const name = side.version === null ? t('draft') : t('version', { version: side.version })
  const title = two ? t('side', { letter: at === 0 ? 'A' : 'B', name }) : name
  return (
    <section className="card backtest-side" aria-label={title}>
      <header className="card-head">
        <h2>{title}</h2>
      </header>
      <div className="card-body stack">
        <p className="mut">{side.sentence[language]}</p>
        <dl className="backtest-numbers">
          <Figure label={t('hits')} value={shown(side.hits)} />
          <Figure label={t('records')} value={shown(side.records)} />
          <Figure label={t('messages')} value={shown(messagesOf(side))} />
          <Figure
            label={t('peak')}
            value={side.peak ? shown(side.peak.hits) : '–'}
            more={side.peak ? side.peak.day : undefined}
          />
        </dl>
        <Also side={side} />
        {side.people.length > 0 && <People side={side} />}
      </div>
    </section>
  )
}

function Figure({ label, value, more }: { label: string; value: string; more?: string }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd className="num">
        {value} {more && <span className="mut">{more}</span>}
      </dd>
    </div>
  )
}

/** What else there is to say: records that matched before, limits, what was written. */
function Also({ side }: { side: Side }) {
  const { t, tag, language } = useTexts('backtest')
  const { data: entities } = useQuery(entitiesQuery)
  const shown = (value: number) => formatDecimal(String(value), tag)
  const label = (key: string | null) => {
    const entity = entities?.find((one) => one.key === key)
    return entity ? labelOf(entity, language) : (key ?? '')
  }
  const often = side.times.filter((one) => one.times > 1).reduce((sum, one) => sum + one.records, 0)
  const lines = [
    ...side.effects
      .filter((one) => one.kind !== 'notify')
      .map((one) => t(`effects.${one.kind}`, { shown: shown(one.count), entity: label(one.entity) })),
    ...(often ? [t('often', { count: often, shown: shown(often) })] : []),
    ...(side.matching_at_start ? [t('matching', { shown: shown(side.matching_at_start) })] : []),
    ...(side.skipped ? [t('skipped', { shown: shown(side.skipped) })] : []),
    ...(side.left_out ? [t('leftOut', { shown: shown(side.left_out) })] : []),
  ]
  if (!lines.length) return null
  return (
    <ul className="backtest-also">
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  )
}

function People({ side }: { side: Side }) {
  const { t, tag } = useTexts('backtest')
  const rest = side.people.length - PEOPLE
  return (
    <table className="backtest-people">
      <thead>
        <tr>
          <th>{t('person')}</th>
          <th className="num">{t('messages')}</th>
          <th className="num">{t('tasks')}</th>
        </tr>
      </thead>
      <tbody>
        {side.people.slice(0, PEOPLE).map((one) => (
          <tr key={one.user}>
            <td>{one.title ?? one.user}</td>
            <td className="num">{formatDecimal(String(one.messages), tag)}</td>
            <td className="num">{formatDecimal(String(one.tasks), tag)}</td>
          </tr>
        ))}
      </tbody>
      {rest > 0 && <caption>{t('morePeople', { count: rest })}</caption>}
    </table>
  )
}
