import { useQueries } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { parsedQuery, useSettled } from '@/api/language'
import { useMoment } from '@/api/moment'
import type { Entity, FormContent } from '@/api/types'
import { asCreated, stand } from '@/features/records/formModel'
import { type Edited, RecordForm } from '@/features/records/RecordForm'
import '@/features/records/records.css'
import { useTexts } from '@/locales/i18n'
import { Empty } from '@/ui/Empty'
import { conditionsOf, withLogic } from './model'

const NONE: ReadonlySet<string> = new Set()

/** The form as people will see it, alive: typing here shows and hides fields as it will. Nothing is saved. */
export default function FormPreview({ entity, content }: { entity: Entity; content: FormContent }) {
  const { t } = useTexts('forms')
  const [edited, setEdited] = useState<Edited>({ values: {}, titles: {} })
  const settled = useSettled(content, 150)
  const conditions = useMemo(() => conditionsOf(settled), [settled])
  const logic = useQueries({
    queries: conditions.map((when) => parsedQuery(when, entity.key)),
    combine: (results) => results.map((result) => result.data?.jsonlogic),
  })
  const moment = useMoment(logic)
  const sections = useMemo(() => {
    const known = new Map(conditions.map((when, index) => [JSON.stringify(when), logic[index]]))
    return stand(
      withLogic(settled, (when) => known.get(JSON.stringify(when))),
      { entity, values: asCreated(edited.values, moment), moment },
      [],
    )
  }, [settled, conditions, logic, entity, edited.values, moment])
  return (
    <section className="form-preview" aria-label={t('preview')}>
      <h2>{t('preview')}</h2>
      <p className="mut">{t('previewHint')}</p>
      {sections.length ? (
        <RecordForm sections={sections} edited={edited} onChange={setEdited} problem={null} touched={NONE} />
      ) : (
        <Empty icon="form" title={t('empty')}>
          {t('dropHere')}
        </Empty>
      )}
    </section>
  )
}
