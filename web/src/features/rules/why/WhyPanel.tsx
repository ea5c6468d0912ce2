import { useState } from 'react'
import type { Entity } from '@/api/types'
import { useTexts } from '@/locales/i18n'
import { SidePanel } from '@/ui/SidePanel'
import type { Rule } from '../api'
import { RecordPicker } from '../RecordPicker'
import { MomentChooser } from './MomentChooser'
import { WhyRoom } from './WhyRoom'

/** Beside a rule: how it stands with any record, now or at a past instant. */
export function WhyPanel({
  rule,
  entity,
  first,
  onClose,
}: {
  rule: Rule
  entity: Entity
  first: { id: string; title: string } | null
  onClose: () => void
}) {
  const { t } = useTexts('rules')
  const [record, setRecord] = useState(first)
  const [at, setAt] = useState<string | null>(null)
  return (
    <SidePanel title={t('whyTitle')} onClose={onClose}>
      <div className="stack">
        <div className="why-ask">
          <span className="why-label">{t('whyRecord')}</span>
          <RecordPicker entity={entity} label={t('whyRecord')} chosen={record} onPick={setRecord} />
          <MomentChooser at={at} onChange={setAt} />
        </div>
        {record ? <WhyRoom rule={rule.id} record={record.id} at={at} /> : <p className="mut">{t('whyPick')}</p>}
      </div>
    </SidePanel>
  )
}
