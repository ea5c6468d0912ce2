import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { labelOf } from '@/api/model'
import { LIVE } from '@/api/records'
import type { Entity } from '@/api/types'
import { useTexts } from '@/locales/i18n'
import { Button, LinkButton } from '@/ui/Button'
import { ProblemNote } from '@/ui/ProblemNote'
import { type Import, problemsQuery, run, stop, WORKING } from './api'
import { Numbers } from './Numbers'
import { Problems } from './Problems'
import { Progress } from './Progress'

/** The run with its progress, then the report with every row left out. */
export function RunStep({ one, entity, onChange }: { one: Import; entity: Entity; onChange: () => void }) {
  const { t, language } = useTexts('imports')
  const client = useQueryClient()
  const working = WORKING.includes(one.status)
  const problems = useQuery({ ...problemsQuery(one.id, one.status), enabled: !working })
  const stopping = useMutation({ mutationFn: () => stop(one.id), onSuccess: onChange })
  const again = useMutation({ mutationFn: () => run(one.id), onSuccess: onChange })
  useEffect(() => {
    if (!working) void client.invalidateQueries({ queryKey: [LIVE] })
  }, [working, client])
  if (working) {
    return (
      <Progress one={one} title={t('runningTitle')}>
        <Button busy={stopping.isPending || one.status === 'stopping'} onClick={() => stopping.mutate()}>
          {t('stop')}
        </Button>
      </Progress>
    )
  }
  const ended = one.status === 'done' || one.status === 'partial'
  return (
    <>
      <section className="card card-body" aria-label={t('report')}>
        <h2 className="import-title">{t(`ended.${one.status}`, { defaultValue: t('report') })}</h2>
        {one.report && <Numbers report={one.report} />}
        {one.errors.map((error) => (
          <p key={error} className="import-error" role="alert">
            {error}
          </p>
        ))}
        {again.error && <ProblemNote error={again.error} />}
        <div className="line import-actions">
          {!ended && (
            <Button tone="primary" busy={again.isPending} onClick={() => again.mutate()}>
              {t('goOn')}
            </Button>
          )}
          <LinkButton to={`/views/${entity.key}`} tone={ended ? 'primary' : 'plain'} icon="table">
            {t('seeRecords', { entity: labelOf(entity, language) })}
          </LinkButton>
          <LinkButton to="/imports">{t('another')}</LinkButton>
        </div>
      </section>
      {problems.data && problems.data.items.length > 0 && <Problems one={one} page={problems.data} />}
    </>
  )
}
