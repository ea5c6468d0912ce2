import { useMutation } from '@tanstack/react-query'
import { labelOf } from '@/api/model'
import { useSession } from '@/api/session'
import { useTexts } from '@/locales/i18n'
import { Button } from '@/ui/Button'
import { Empty, Loading } from '@/ui/Empty'
import { ProblemNote } from '@/ui/ProblemNote'
import { Pill } from '@/ui/Top'
import { formatDecimal } from '@/values/decimal'
import { formatInstant } from '@/values/time'
import { type Connection, type Kind, type SyncRun, stopSync } from './api'
import { byReason, countLines } from './mapping'

const TONES = {
  running: 'amber',
  done: 'green',
  partial: 'amber',
  failed: 'red',
  stopped: 'slate',
  interrupted: 'slate',
} as const

const SHOWN_IDS = 20

/** What each sync did: numbers by resource, and every remote row that was left out with the reason. */
export function Runs({
  connection,
  kind,
  runs,
  error,
}: {
  connection: Connection
  kind: Kind
  runs?: SyncRun[]
  error: unknown
}) {
  const { t } = useTexts('connections')
  if (error) return <ProblemNote error={error} />
  if (!runs) return <Loading />
  if (!runs.length) {
    return (
      <section className="card">
        <Empty icon="clock" title={t('noRuns')}>
          {connection.mapping ? t('noRunsText') : t('mapFirst')}
        </Empty>
      </section>
    )
  }
  return runs.map((run, at) => <Run key={run.id} connection={connection} kind={kind} run={run} open={at === 0} />)
}

/** The numbers count all rows, the list holds the first thousand. */
const leftOut = (run: SyncRun) =>
  Object.values(run.counts).reduce((sum, one) => sum + Number(one.rejected ?? 0), 0) || run.problems.length

function Run({ connection, kind, run, open }: { connection: Connection; kind: Kind; run: SyncRun; open: boolean }) {
  const { t, tag, language } = useTexts('connections')
  const zone = useSession()?.workspace.timezone ?? 'UTC'
  const stopping = useMutation({ mutationFn: () => stopSync(connection.id) })
  const nameOf = (name: string) => {
    const resource = kind.resources.find((one) => one.name === name)
    return resource ? labelOf(resource, language) : name
  }
  const start = formatInstant(run.started_at, zone)
  return (
    <section className="card sync-run" aria-label={t('runOf', { at: start })}>
      <header className="card-head">
        <Pill tone={TONES[run.status]}>{t(`runStatuses.${run.status}`)}</Pill>
        <span className="num grow">
          {start}
          {run.ended_at && ` – ${formatInstant(run.ended_at, zone).slice(11)}`}
        </span>
        {run.status === 'running' && (
          <Button small busy={stopping.isPending} onClick={() => stopping.mutate()}>
            {t('stop')}
          </Button>
        )}
      </header>
      <div className="card-body stack">
        {countLines(run.counts).map(({ resource, numbers }) => (
          <div key={resource} className="sync-counts">
            <b>{nameOf(resource)}</b>
            <dl>
              {numbers.map(([name, value]) => (
                <div key={name} className={name === 'rejected' && value !== '0' ? 'bad' : ''}>
                  <dt>{t(`counts.${name}`, { defaultValue: name })}</dt>
                  <dd className="num">{formatDecimal(value, tag)}</dd>
                </div>
              ))}
            </dl>
          </div>
        ))}
        {run.problems.length > 0 && (
          <details open={open}>
            <summary>{t('problems', { count: leftOut(run) })}</summary>
            <ul className="sync-problems">
              {byReason(run.problems).map(({ resource, message, ids }) => (
                <li key={`${resource} ${message}`}>
                  <span className="mut">
                    {nameOf(resource)} {ids.length > 0 && t('rowsOf', { count: ids.length })}
                  </span>
                  <span>
                    {message}
                    {ids.length > 0 && (
                      <small className="mut num">
                        {ids.slice(0, SHOWN_IDS).join(t('app:listComma'))}
                        {ids.length > SHOWN_IDS && ' …'}
                      </small>
                    )}
                  </span>
                </li>
              ))}
            </ul>
          </details>
        )}
      </div>
    </section>
  )
}
