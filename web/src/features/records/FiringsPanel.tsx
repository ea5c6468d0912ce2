import { useQuery } from '@tanstack/react-query'
import { firingsQuery } from '@/api/records'
import type { RecordPanelProps } from '@/app/feature'
import { useTexts } from '@/locales/i18n'
import { Empty, Loading } from '@/ui/Empty'
import { FiringCard } from '@/ui/Firings'
import { ProblemNote } from '@/ui/ProblemNote'
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
      {data.items.map((firing) => (
        <FiringCard key={firing.id} firing={firing} actions={<UndoFiring firing={firing} />} />
      ))}
    </div>
  )
}
