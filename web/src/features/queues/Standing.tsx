import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useSession } from '@/api/session'
import { useTexts } from '@/locales/i18n'
import { Icon } from '@/ui/icons'
import { Pill } from '@/ui/Top'
import { formatInstant } from '@/values/time'
import type { Queues } from './api'
import { lag, processes, totals } from './model'

const LATE = 10
/** Seconds behind from which it is said aloud. */

/** The numbers: what is queued and failed, how far behind, which processes live. */
export function Standing({ queues }: { queues: Queues }) {
  const { t } = useTexts('queues')
  const sum = totals(queues.kinds)
  const behind = Math.max(lag(queues.due_since, queues.now), lag(queues.effect_since, queues.now))
  return (
    <>
      <ul className="queue-figures" aria-label={t('figures')}>
        <Figure name={t('states.queued')} value={sum.queued} />
        <Figure name={t('states.running')} value={sum.running} />
        <Figure name={t('states.retrying')} value={sum.retrying} tone={sum.retrying ? 'amber' : undefined} />
        <Figure name={t('states.failed')} value={sum.failed} tone={sum.failed ? 'red' : undefined} />
        <Figure
          name={t('behind')}
          value={behind < LATE ? t('inTime') : t('seconds', { count: behind })}
          tone={behind < LATE ? undefined : 'red'}
        />
      </ul>
      <div className="queue-sides">
        <Kinds queues={queues} />
        <AtWork queues={queues} />
      </div>
    </>
  )
}

function Figure({ name, value, tone }: { name: string; value: ReactNode; tone?: 'amber' | 'red' }) {
  return (
    <li className={tone ? `card ${tone}` : 'card'}>
      <span className="mut">{name}</span>
      <b className="num">{value}</b>
    </li>
  )
}

function Kinds({ queues }: { queues: Queues }) {
  const { t } = useTexts('queues')
  const zone = useSession()?.workspace.timezone ?? 'UTC'
  const { put_off: putOff, imports, syncs, waiting_runs: waiting, last_failure: last } = queues
  return (
    <section className="card" aria-labelledby="queue-kinds">
      <header className="card-head">
        <h2 id="queue-kinds">{t('kindsTitle')}</h2>
      </header>
      <div className="card-body stack">
        {queues.kinds.length === 0 && <p className="mut">{t('nothingOpen')}</p>}
        {queues.kinds.length > 0 && (
          <table className="queue-kinds">
            <thead>
              <tr>
                <th scope="col">{t('kind')}</th>
                {(['queued', 'running', 'retrying', 'failed'] as const).map((state) => (
                  <th key={state} scope="col" className="num">
                    {t(`states.${state}`)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {queues.kinds.map((kind) => (
                <tr key={kind.kind}>
                  <th scope="row">{t(`kinds.${kind.kind}`, { defaultValue: kind.kind })}</th>
                  <td className="num">{kind.queued}</td>
                  <td className="num">{kind.running}</td>
                  <td className="num">{kind.retrying}</td>
                  <td className="num">{kind.failed}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
        <ul className="queue-others">
          {putOff.writes > 0 && <li>{t('putOff', { records: putOff.records, runs: putOff.runs })}</li>}
          {waiting > 0 && <li>{t('waitingRuns', { count: waiting })}</li>}
          {imports > 0 && (
            <li>
              <Link to="/imports">{t('imports', { count: imports })}</Link>
            </li>
          )}
          {syncs > 0 && <li>{t('syncs', { count: syncs })}</li>}
          {last && (
            <li>
              <Link to={`/rules/${last.rule.id}`}>
                {t('lastFailure', { rule: last.rule.name, at: formatInstant(last.updated_at, zone) })}
              </Link>
            </li>
          )}
        </ul>
      </div>
    </section>
  )
}

function AtWork({ queues }: { queues: Queues }) {
  const { t } = useTexts('queues')
  const zone = useSession()?.workspace.timezone ?? 'UTC'
  const found = processes(queues.clock, queues.workers)
  return (
    <section className="card" aria-labelledby="queue-processes">
      <header className="card-head">
        <h2 id="queue-processes">{t('processes')}</h2>
      </header>
      <div className="card-body stack">
        {!queues.clock && <Missing text={t('noClock')} />}
        {queues.workers.length === 0 && <Missing text={t('noWorker')} />}
        <ul className="queue-processes">
          {found.map((each) => (
            <li key={each.name}>
              <span className="grow num">{each.name}</span>
              {each.clock && <Pill tone="green">{t('keepsClock')}</Pill>}
              {queues.workers.some((worker) => worker.name === each.name) && <Pill tone="green">{t('works')}</Pill>}
              <span className="mut num">{t('sinceWhen', { at: formatInstant(each.since, zone) })}</span>
            </li>
          ))}
        </ul>
      </div>
    </section>
  )
}

function Missing({ text }: { text: string }) {
  return (
    <p className="queue-missing">
      <Icon name="warning" />
      {text}
    </p>
  )
}
