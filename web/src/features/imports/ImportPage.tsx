import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { entitiesQuery, labelOf } from '@/api/model'
import { useTexts } from '@/locales/i18n'
import { Loading } from '@/ui/Empty'
import { ProblemNote } from '@/ui/ProblemNote'
import { Top } from '@/ui/Top'
import { type Import, importQuery, WORKING } from './api'
import { CheckStep } from './CheckStep'
import { ColumnsStep } from './ColumnsStep'
import { RunStep } from './RunStep'
import { StatusPill } from './StatusPill'
import { Steps } from './Steps'
import './texts'
import './imports.css'

type Step = 'columns' | 'check' | 'run'

/** Where an import stands, from its status. */
export function stepOf({ status, report }: Import): Step {
  if (status === 'uploaded' || status === 'planned') return 'columns'
  if (status === 'checking' || status === 'checked') return 'check'
  if (status === 'failed' && report?.dry) return 'check'
  return 'run'
}

const PLACES: Record<Step, number> = { columns: 1, check: 2, run: 3 }

/** One import: columns, dry run, run, report. */
export default function ImportPage() {
  const { t, language } = useTexts('imports')
  const { import: id = '' } = useParams({ strict: false }) as { import?: string }
  const found = useQuery(importQuery(id))
  const entities = useQuery(entitiesQuery)
  const [back, setBack] = useState(false)
  const entity = entities.data?.find((one) => one.key === found.data?.entity)
  const error = found.error ?? entities.error
  if (!found.data || !entity || !entities.data) {
    return (
      <>
        <Top title={t('rail')} crumbs={[{ label: t('rail'), to: '/imports' }]} />
        <div className="page">{error ? <ProblemNote error={error} /> : <Loading />}</div>
      </>
    )
  }
  const one = found.data
  const step = back && one.status === 'checked' ? 'columns' : stepOf(one)
  const title = t('importOf', { name: one.name, entity: labelOf(entity, language) })
  return (
    <>
      <Top title={title} crumbs={[{ label: t('rail'), to: '/imports' }]} state={<StatusPill status={one.status} />} />
      <div className="page">
        <div className="import-room stack">
          <Steps now={PLACES[step] + (one.status === 'done' || one.status === 'partial' ? 1 : 0)} />
          {step === 'columns' && (
            <ColumnsStep
              key={one.id}
              one={one}
              entity={entity}
              entities={entities.data}
              onChecked={() => {
                setBack(false)
                void found.refetch()
              }}
            />
          )}
          {step === 'check' && (
            <CheckStep
              one={one}
              entity={entity}
              entities={entities.data}
              working={WORKING.includes(one.status)}
              onBack={() => setBack(true)}
              onRun={() => void found.refetch()}
            />
          )}
          {step === 'run' && <RunStep one={one} entity={entity} onChange={() => void found.refetch()} />}
        </div>
      </div>
    </>
  )
}
