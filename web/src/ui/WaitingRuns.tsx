import { useMutation } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { cancelRun, skipAhead, type WaitingRun } from '@/api/runs'
import { useMay, useSession } from '@/api/session'
import { useTexts } from '@/locales/i18n'
import { formatInstant } from '@/values/time'
import { Icon } from './icons'
import { ProblemNote } from './ProblemNote'
import { SureButton } from './SureButton'
import { toast } from './toasts'
import { wordsOf } from './words'
import './waiting.css'

/** Runs that wait, each with where it stands; managers may cancel them or send them on. */
export function WaitingRuns({
  runs,
  ofRecord,
  onDone,
}: {
  runs: WaitingRun[]
  ofRecord?: boolean
  onDone: () => void
}) {
  return (
    <ul className="waiting-runs">
      {runs.map((run) => (
        <RunLine key={run.id} run={run} ofRecord={ofRecord} onDone={onDone} />
      ))}
    </ul>
  )
}

function RunLine({ run, ofRecord, onDone }: { run: WaitingRun; ofRecord?: boolean; onDone: () => void }) {
  const { t, language } = useTexts('queues')
  const zone = useSession()?.workspace.timezone ?? 'UTC'
  const may = useMay('manager')
  const skipping = useMutation({
    mutationFn: () => skipAhead(run.id),
    onSuccess: () => toast({ text: t('runs.skipped'), tone: 'good' }),
    onSettled: onDone,
  })
  const cancelling = useMutation({
    mutationFn: () => cancelRun(run.id),
    onSuccess: () => toast({ text: t('runs.cancelled') }),
    onSettled: onDone,
  })
  const title = run.record.title ?? `#${run.record.id}`
  return (
    <li>
      <Icon name="clock" />
      <div className="grow">
        <p className="waiting-what">
          {!ofRecord && <Link to={`/records/${run.record.entity}/${run.record.id}`}>{title}</Link>}
          <Link to={`/rules/${run.rule.id}`} className={ofRecord ? '' : 'mut'}>
            {run.rule.name}
          </Link>
          <span className="mut">{t('version', { version: run.rule.version })}</span>
        </p>
        <p>{run.waits ? wordsOf(run.waits, language) : t('runs.unreadable')}</p>
        {run.then.length > 0 && (
          <p className="mut">
            {t('runs.then', { actions: run.then.map((each) => wordsOf(each, language)).join(t('runs.join')) })}
          </p>
        )}
        <p className="mut num">
          {t('runs.since', { at: formatInstant(run.since, zone) })}
          {run.until && ` · ${t('runs.until', { at: formatInstant(run.until, zone) })}`}
        </p>
        {(skipping.error || cancelling.error) && <ProblemNote error={skipping.error ?? cancelling.error} />}
      </div>
      {may && (
        <span className="waiting-actions">
          <SureButton
            icon="play"
            label={t('runs.skip')}
            question={t('runs.skipSure')}
            sure={t('runs.skipDo')}
            busy={skipping.isPending}
            onSure={() => skipping.mutate()}
          />
          <SureButton
            quiet
            icon="x"
            label={t('runs.cancel')}
            question={t('runs.cancelSure')}
            sure={t('runs.cancelDo')}
            busy={cancelling.isPending}
            onSure={() => cancelling.mutate()}
          />
        </span>
      )}
    </li>
  )
}
