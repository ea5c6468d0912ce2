import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { RecordPanelProps } from '@/app/feature'
import { useTexts } from '@/locales/i18n'
import { Empty, Loading } from '@/ui/Empty'
import { ProblemNote } from '@/ui/ProblemNote'
import { Select } from '@/ui/Select'
import { rulesQuery } from '../api'
import { MomentChooser } from './MomentChooser'
import { WhyRoom } from './WhyRoom'
import './why.css'

/** On a record's page: how any rule about such records stands with this one, now or at a past instant. */
export default function RecordWhyPanel({ entity, row }: RecordPanelProps) {
  const { t } = useTexts('rules')
  const { data, error } = useQuery(rulesQuery)
  const [rule, setRule] = useState<string | null>(null)
  const [at, setAt] = useState<string | null>(null)
  if (error) return <ProblemNote error={error} />
  if (!data) return <Loading lines={4} />
  const rules = data.filter((one) => one.entity === entity.key && (one.content ?? one.draft)?.tree)
  if (!rules.length) {
    return (
      <section className="card">
        <Empty icon="bolt" title={t('whyNoRules')} />
      </section>
    )
  }
  return (
    <section className="card card-body stack why-card" aria-label={t('whyTitle')}>
      <h2>{t('whyTitle')}</h2>
      <div className="why-ask">
        <span className="why-label">{t('whyRule')}</span>
        <Select
          label={t('whyRule')}
          placeholder={t('whyRule')}
          value={rule}
          onChange={setRule}
          choices={rules.map((one) => ({ value: one.id, label: one.name }))}
        />
        <MomentChooser at={at} onChange={setAt} />
      </div>
      {rule ? <WhyRoom rule={rule} record={row.id} at={at} /> : <p className="mut">{t('whyPickRule')}</p>}
    </section>
  )
}
