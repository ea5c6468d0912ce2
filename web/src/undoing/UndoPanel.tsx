import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useEntities } from '@/api/model'
import { LIVE } from '@/api/records'
import { useTexts } from '@/locales/i18n'
import { Button } from '@/ui/Button'
import { Loading } from '@/ui/Empty'
import { Checkbox } from '@/ui/Inputs'
import { Icon } from '@/ui/icons'
import { ProblemNote } from '@/ui/ProblemNote'
import { SidePanel } from '@/ui/SidePanel'
import { toast } from '@/ui/toasts'
import { wordsOf } from '@/ui/words'
import { type Conflicts, carryOut, type Deed, type UndoPlan, undoPreviewQuery } from './api'
import { sumOf } from './model'
import { UndoItemLine } from './UndoItemLine'
import './undoing.css'

/** Before something is undone: what is taken back, what stands against it, and what has left the house for good. */
export function UndoPanel({ deed, onClose }: { deed: Deed; onClose: () => void }) {
  const { t } = useTexts('undo')
  const client = useQueryClient()
  const [chained, setChained] = useState(false)
  const preview = useQuery(undoPreviewQuery(deed, chained))
  const done = useMutation({
    mutationFn: (conflicts: Conflicts) => carryOut(deed, chained, conflicts, preview.data?.fingerprint ?? ''),
    onSuccess: async (plan) => {
      const undo = plan.undo
      toast({ text: t(plan.left ? 'doneInPart' : 'done', { count: plan.left }) })
      await client.invalidateQueries({ queryKey: [LIVE] })
      if (undo) onClose()
    },
    onError: () => void preview.refetch(),
  })
  const plan = preview.data
  const sum = plan && sumOf(plan)
  return (
    <SidePanel
      title={t(deed.kind === 'undo' ? 'titleBack' : 'title')}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>{t('app:cancel')}</Button>
          {sum && sum.conflicts > 0 && (
            <Button busy={done.isPending} onClick={() => done.mutate('overwrite')}>
              {t('all')}
            </Button>
          )}
          {sum && (sum.free > 0 || plan.items.length === 0) && (
            <Button tone="primary" busy={done.isPending} onClick={() => done.mutate('leave')}>
              {t(sum.conflicts > 0 ? 'onlyFree' : 'action')}
            </Button>
          )}
        </>
      }
    >
      <div className="stack undo-panel">
        {preview.error && <ProblemNote error={preview.error} />}
        {done.error && <ProblemNote error={done.error} />}
        {!plan && !preview.error && <Loading lines={3} />}
        {plan && <Told plan={plan} chained={chained} onChained={setChained} />}
      </div>
    </SidePanel>
  )
}

function Told({ plan, chained, onChained }: { plan: UndoPlan; chained: boolean; onChained: (on: boolean) => void }) {
  const { t } = useTexts('undo')
  const entities = useEntities() ?? []
  return (
    <>
      {plan.further.length > 0 && (
        <Checkbox checked={chained} onChange={onChained}>
          {t('chained', { count: plan.further.length })}
          <span className="mut">
            {' '}
            {[...new Set(plan.further.map((one) => one.rule.name))].join(t('app:listComma'))}
          </span>
        </Checkbox>
      )}
      {plan.items.length === 0 && <p>{t('nothingWritten')}</p>}
      {plan.items.length > 0 && (
        <ul className="undo-items" aria-label={t('items')}>
          {plan.items.map((item) => (
            <UndoItemLine key={`${item.verb}-${item.record.id}`} item={item} entities={entities} />
          ))}
        </ul>
      )}
      <Beside plan={plan} />
      <p className="hint">{t(plan.kind === 'undo' ? 'aboutBack' : 'about')}</p>
    </>
  )
}

/** What goes with it, and what cannot be called back. */
function Beside({ plan }: { plan: UndoPlan }) {
  const { t, language } = useTexts('undo')
  return (
    <>
      {(plan.gone_out.length > 0 || plan.notices_read > 0) && (
        <section className="undo-gone" aria-label={t('goneOut')}>
          <h3>
            <Icon name="warning" />
            {t('goneOut')}
          </h3>
          <ul>
            {plan.gone_out.map((one) => (
              <li key={one.id}>{wordsOf(one.summary, language)}</li>
            ))}
            {plan.notices_read > 0 && <li>{t('noticesRead', { count: plan.notices_read })}</li>}
          </ul>
        </section>
      )}
      <ul className="undo-beside">
        {plan.not_begun.map((one) => (
          <li key={one.id}>
            <Icon name="check" />
            {t('notBegun', { what: wordsOf(one.summary, language) })}
          </li>
        ))}
        {plan.notices_unread > 0 && (
          <li>
            <Icon name="check" />
            {t('noticesUnread', { count: plan.notices_unread })}
          </li>
        )}
        {plan.runs > 0 && (
          <li>
            <Icon name="check" />
            {t('runs', { count: plan.runs })}
          </li>
        )}
        {plan.answering.map((one) => (
          <li key={`${one.rule.id}-${one.record.id}-${one.edge}`}>
            <Icon name="bolt" />
            {t('answering', { rule: one.rule.name, record: one.record.title ?? `#${one.record.id}` })}
          </li>
        ))}
      </ul>
    </>
  )
}
