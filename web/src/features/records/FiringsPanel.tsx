import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { firingsQuery } from '@/api/records'
import { runPages } from '@/api/runs'
import type { RecordPanelProps } from '@/app/feature'
import { useTexts } from '@/locales/i18n'
import { Empty, Loading } from '@/ui/Empty'
import { FiringCard } from '@/ui/Firings'
import { ProblemNote } from '@/ui/ProblemNote'
import { WaitingRuns } from '@/ui/WaitingRuns'
import { UndoFiring } from '@/undoing/Undone'

/** What the rules did with this record, each with its reason. */
export default function FiringsPanel({ entity, row }: RecordPanelProps) {
  const { t } = useTexts('records')
  const { data, error } = useQuery(firingsQuery({ entity: entity.key, record: row.id, limit: 50 }))
  if (error) return <ProblemNote error={error} />
  if (!data) return <Loading lines={4} />
  if (!data.items.length) {
    return (
      <section className="card">
        <Empty icon="bolt" title={t('noFirings')}>
          {t('noFiringsText')}
        </Empty>
      </section>
    )
  }
  return (
    <div className="stack">
      <RunsOfRecord record={row.id} />
      {data.items.map((firing) => (
        <FiringCard key={firing.id} firing={firing} actions={<UndoFiring firing={firing} />} />
      ))}
    </div>
  )
}

/** Runs that wait here, where there are any: above what has fired. */
function RunsOfRecord({ record }: { record: string }) {
  const { t } = useTexts('queues')
  const { data, refetch } = useInfiniteQuery(runPages(record))
  const runs = data?.pages.flatMap((page) => page.items) ?? []
  if (!runs.length) return null
  return (
    <section className="card" aria-labelledby="runs-of-record">
      <header className="card-head">
        <h2 id="runs-of-record">{t('runs.ofRecord')}</h2>
      </header>
      <WaitingRuns ofRecord runs={runs} onDone={() => void refetch()} />
    </section>
  )
}
