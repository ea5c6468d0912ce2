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
import { countLines } from './mapping'

const TONES = {
  running: 'amber',
  done: 'green',
  partial: 'amber',
  failed: 'red',
  stopped: 'slate',
  interrupted: 'slate',
} as const

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
                <div key={name} className={name === 'left_out' && value !== '0' ? 'bad' : ''}>
                  <dt>{t(`counts.${name}`, { defaultValue: name })}</dt>
                  <dd className="num">{formatDecimal(value, tag)}</dd>
                </div>
              ))}
            </dl>
          </div>
        ))}
        {run.problems.length > 0 && (
          <details open={open}>
            <summary>{t('problems', { count: run.problems.length })}</summary>
            <ul className="sync-problems">
              {run.problems.slice(0, 100).map((problem) => (
                <li key={`${problem.resource}-${problem.external_id}-${problem.code}-${problem.field}`}>
                  <span className="mut">
                    {nameOf(problem.resource)} {problem.external_id}
                  </span>
                  <span>{problem.message}</span>
                </li>
              ))}
            </ul>
          </details>
        )}
      </div>
    </section>
  )
}
