import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { lazy, Suspense, useCallback, useEffect, useMemo, useState } from 'react'
import { labelOf, manyOf, titleOf } from '@/api/model'
import { useMoment } from '@/api/moment'
import { ApiProblem } from '@/api/problem'
import { deleteRecord, etagOf, LIVE, restoreRecord, updateRecord } from '@/api/records'
import { useSession } from '@/api/session'
import type { Entity, Row, Written } from '@/api/types'
import { recordPanels } from '@/app/features'
import { useTexts } from '@/locales/i18n'
import { Button, IconButton } from '@/ui/Button'
import { Loading } from '@/ui/Empty'
import { Segmented } from '@/ui/Inputs'
import { Menu } from '@/ui/Menu'
import { ProblemNote } from '@/ui/ProblemNote'
import { Pill, Top } from '@/ui/Top'
import { toast } from '@/ui/toasts'
import { UndoButtons } from '@/ui/UndoButtons'
import { formatInstant } from '@/values/time'
import { Clashes } from './Clashes'
import { changes, stand } from './formModel'
import { JustFired } from './JustFired'
import { RecordForm } from './RecordForm'
import { useForms } from './useForms'
import { useRecordEdit } from './useRecordEdit'
import './records.css'

const panels = recordPanels.map((panel) => ({ ...panel, Panel: lazy(panel.panel) }))

/** One record: its form at the left, what surrounds it at the right. */
export function RecordRoom({ entity, row }: { entity: Entity; row: Row }) {
  const { t, language } = useTexts('records')
  const client = useQueryClient()
  const { tab = 'related' } = useSearch({ strict: false }) as { tab?: string }
  const navigate = useNavigate()
  const forms = useForms(entity, row.id)
  const moment = useMoment(forms.content)
  const [written, setWritten] = useState<Written | null>(null)
  const report = useCallback(
    (error: unknown) =>
      toast({
        tone: 'bad',
        text: error instanceof ApiProblem ? error.general.join(' ') || error.message : t('app:failed'),
      }),
    [t],
  )
  const onSaved = useCallback(
    (done: Written, before: Row) => {
      setWritten(done)
      const back = changes(
        done.record.values,
        Object.fromEntries(
          Object.keys(done.record.values)
            .filter((key) => entity.fields.some((field) => field.key === key && !field.system))
            .map((key) => [key, before.values[key] ?? null]),
        ),
      )
      const undo = () => {
        updateRecord(entity.key, done.record.id, back, etagOf(done.record.version))
          .then(() => client.invalidateQueries({ queryKey: [LIVE] }))
          .catch(report)
      }
      toast({ text: t('saved'), action: { label: t('app:undo'), run: undo } })
    },
    [client, entity, report, t],
  )
  const edit = useRecordEdit(entity, row, onSaved)
  const wrong = useMemo(
    () => edit.problem?.problems.flatMap((one) => (one.field ? [one.field] : [])) ?? [],
    [edit.problem],
  )
  const sections = useMemo(
    () => stand(forms.content, { entity, values: edit.history.now.values, moment, worked: forms.worked }, wrong),
    [forms.content, forms.worked, entity, edit.history.now.values, moment, wrong],
  )
  useSaveKey(edit.changed, edit.save)
  useLeaveWarning(edit.changed)
  const removal = useMutation({
    mutationFn: () => deleteRecord(entity.key, row.id, etagOf(row.version)),
    onError: report,
    onSuccess: async () => {
      const name = titleOf(entity, row)
      const undo = () => {
        restoreRecord(entity.key, row.id)
          .then(() => client.invalidateQueries({ queryKey: [LIVE] }))
          .then(() => navigate({ to: `/records/${entity.key}/${row.id}` }))
          .catch(report)
      }
      await navigate({ to: `/views/${entity.key}` })
      await client.invalidateQueries({ queryKey: [LIVE] })
      toast({ text: t('deleted', { name }), action: { label: t('app:undo'), run: undo } })
    },
  })
  const active = panels.find((panel) => panel.key === tab) ?? panels[0]
  const shownFields = sections.flatMap((section) => section.fields.map((one) => one.field.key))
  return (
    <>
      <Top
        title={titleOf(entity, { id: row.id, values: edit.history.now.values })}
        crumbs={[{ label: manyOf(entity, language).entity, to: `/views/${entity.key}` }]}
        state={edit.changed && <Pill tone="amber">{t('unsaved')}</Pill>}
      >
        <UndoButtons history={edit.history} />
        <Menu
          items={[
            { key: 'delete', label: t('app:delete'), icon: 'trash', danger: true, onPick: () => removal.mutate() },
          ]}
        >
          <IconButton icon="more" label={t('more')} />
        </Menu>
        <Button
          tone="primary"
          disabled={!edit.changed || edit.clashes.length > 0}
          busy={edit.saving}
          onClick={edit.save}
        >
          {t('app:save')}
        </Button>
      </Top>
      <div className="page">
        <div className="record">
          <div className="stack">
            {forms.forms.length > 1 && forms.chosen && (
              <Segmented
                label={t('form')}
                value={forms.chosen.id}
                onChange={forms.choose}
                options={forms.forms.map((form) => ({ value: form.id, label: labelOf(form, language) }))}
              />
            )}
            {edit.problem && !edit.problem.stale && <ProblemNote error={edit.problem} placed={shownFields} />}
            <Clashes entity={entity} clashes={edit.clashes} row={row} mine={edit.history.now} onSettle={edit.settle} />
            {forms.loading ? (
              <Loading />
            ) : (
              <RecordForm
                sections={sections}
                edited={edit.history.now}
                onChange={edit.set}
                problem={edit.problem}
                touched={edit.touched}
              />
            )}
            <Origin row={row} />
          </div>
          <div className="stack record-side">
            {written && <JustFired written={written} onClose={() => setWritten(null)} />}
            <Segmented
              label={t('around')}
              value={active?.key ?? ''}
              onChange={(key) => void navigate({ to: '.', search: { tab: key } as never, replace: true })}
              options={panels.map((panel) => ({ value: panel.key, label: t(panel.text) }))}
            />
            <Suspense fallback={<Loading lines={4} />}>{active && <active.Panel entity={entity} row={row} />}</Suspense>
          </div>
        </div>
      </div>
    </>
  )
}

/** Who made the record and who touched it last. */
function Origin({ row }: { row: Row }) {
  const { t } = useTexts('records')
  const zone = useSession()?.workspace.timezone ?? 'UTC'
  const at = (key: string) => (typeof row.values[key] === 'string' ? formatInstant(row.values[key], zone) : '–')
  return (
    <p className="mut record-origin num">
      {t('origin', { by: row.titles.created_by || t('nobody'), at: at('created_at') })}
      {' · '}
      {t('updated', { by: row.titles.updated_by || t('nobody'), at: at('updated_at') })}
    </p>
  )
}

/** Ctrl+S saves. */
function useSaveKey(may: boolean, save: () => void): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 's') return
      event.preventDefault()
      if (may) save()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [may, save])
}

/** Closing the window with something half typed asks first. */
function useLeaveWarning(changed: boolean): void {
  useEffect(() => {
    if (!changed) return
    const onLeave = (event: BeforeUnloadEvent) => event.preventDefault()
    addEventListener('beforeunload', onLeave)
    return () => removeEventListener('beforeunload', onLeave)
  }, [changed])
}
