import { useMutation, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useSettled } from '@/api/language'
import { labelOf } from '@/api/model'
import { ApiProblem } from '@/api/problem'
import { useMay } from '@/api/session'
import type { Entity } from '@/api/types'
import { fieldType } from '@/fields/registry'
import { useTexts } from '@/locales/i18n'
import { Button } from '@/ui/Button'
import { DragRoom } from '@/ui/drag/DragRoom'
import { PaletteItem } from '@/ui/drag/Zone'
import { useUndoable } from '@/ui/history'
import { Checkbox, Segmented } from '@/ui/Inputs'
import { Icon } from '@/ui/icons'
import { ProblemNote } from '@/ui/ProblemNote'
import { Select } from '@/ui/Select'
import { UndoButtons } from '@/ui/UndoButtons'
import { check, type Import, REFERENCE_MISSING, sendPlan, upload } from './api'
import { ColumnLine } from './ColumnLine'
import { fileOf, remember } from './files'
import { GroupPart } from './GroupPart'
import { PreviewTable } from './PreviewTable'
import { assign, emptyPlan, fieldOf, importable, linesOf, type Plan, planProblems, unfed } from './plan'

const ENCODINGS = ['utf-8', 'utf-8-sig', 'gb18030', 'utf-16']

interface StepProps {
  one: Import
  entity: Entity
  entities: Entity[]
  onChecked: () => void
}

/** Which column goes where, with the first rows as the records that they would become. */
export function ColumnsStep({ one, entity, entities, onChecked }: StepProps) {
  const { t, language } = useTexts('imports')
  const history = useUndoable<Plan>(emptyPlan(one.plan ?? one.suggestion))
  const { now: plan, set } = history
  const settled = useSettled(plan, 250)
  const mapped = Object.keys(plan.columns).length > 0
  const preview = useQuery({
    queryKey: ['import', one.id, 'preview', settled],
    enabled: Object.keys(settled.columns).length > 0,
    retry: false,
    queryFn: ({ signal }) => sendPlan(one.id, settled, signal),
  })
  const checking = useMutation({
    mutationFn: async () => {
      await sendPlan(one.id, plan)
      return check(one.id)
    },
    onSuccess: onChecked,
  })
  const problem = preview.error instanceof ApiProblem ? preview.error : null
  const wrong = planProblems(problem)
  const child = entities.find((candidate) => candidate.key === plan.group?.entity)
  const missing = [...unfed(plan, entity), ...(child ? unfed(linesOf(plan), child, plan.group?.parent) : [])]
  const goesSomewhere = (column: string) => fieldOf(plan, column) !== null || fieldOf(linesOf(plan), column) !== null
  const lacking = (column: string) =>
    preview.data?.problems.filter((each) => each.code === REFERENCE_MISSING && each.column === column).length ?? 0
  const label = (key: string) => {
    const field = entity.fields.find((candidate) => candidate.key === key)
    return field ? labelOf(field, language) : key
  }
  return (
    <DragRoom
      itemLabel={label}
      zoneLabel={(zone) => one.columns[Number(zone.slice(4))] ?? zone}
      onDrop={({ item }, { zone }) => {
        const column = one.columns[Number(zone.slice(4))]
        if (column !== undefined) set(assign(plan, column, item))
      }}
    >
      <FileBar one={one} />
      <GroupPart one={one} plan={plan} entity={entity} entities={entities} onPlan={set} />
      <div className="import-columns">
        <FieldPalette one={one} entity={entity} plan={plan} onPlan={set} />
        <section className="card" aria-label={t('columns')}>
          <header className="card-head">
            <h2>{t('columns')}</h2>
            <span className="mut grow">
              {t('mappedCount', { mapped: one.columns.filter(goesSomewhere).length, of: one.columns.length })}
            </span>
            <UndoButtons history={history} />
          </header>
          <ul className="import-lines">
            {one.columns.map((column, at) => (
              <ColumnLine
                key={column}
                one={one}
                at={at}
                column={column}
                plan={plan}
                entity={entity}
                child={child}
                entities={entities}
                errors={wrong.byField[fieldOf(plan, column) ?? ''] ?? []}
                lineErrors={wrong.byLine[fieldOf(linesOf(plan), column) ?? ''] ?? []}
                lacking={lacking(column)}
                onPlan={set}
              />
            ))}
          </ul>
        </section>
      </div>
      {missing.length > 0 && (
        <p className="import-note">
          <Icon name="warning" />
          {t('unfed', { fields: missing.map((field) => labelOf(field, language)).join(t('app:listComma')) })}
        </p>
      )}
      <Options plan={plan} onPlan={set} />
      {wrong.general.length > 0 && (
        <ProblemNote
          error={preview.error}
          placed={problem?.problems.flatMap((each) =>
            /^(group\.)?columns\./.test(each.field ?? '') && each.field ? [each.field] : [],
          )}
        />
      )}
      {mapped && preview.data && <PreviewTable preview={preview.data} plan={settled} entity={entity} child={child} />}
      {checking.error && <ProblemNote error={checking.error} />}
      <div className="line import-foot">
        <span className="mut grow">{t('checkHint')}</span>
        <Button
          tone="primary"
          disabled={!mapped || problem !== null}
          busy={checking.isPending}
          onClick={() => checking.mutate()}
        >
          {t('check')}
        </Button>
      </div>
    </DragRoom>
  )
}

/** The file, and how it is read: sheet and encoding can be corrected while it is at hand. */
function FileBar({ one }: { one: Import }) {
  const { t } = useTexts('imports')
  const navigate = useNavigate()
  const file = fileOf(one.id)
  const again = useMutation({
    mutationFn: (how: { encoding?: string; sheet?: string }) =>
      file ? upload(file, one.entity, how) : Promise.reject(new ApiProblem(409, 'no-file', t('fileGone'))),
    onSuccess: (made) => {
      if (file) remember(made.id, file)
      void navigate({ to: `/imports/${made.id}`, replace: true })
    },
  })
  return (
    <section className="card import-file" aria-label={t('file')}>
      <Icon name="file" />
      <b>{one.name}</b>
      {one.sheets.length > 1 && file && (
        <span className="import-how">
          <Select
            label={t('sheet')}
            value={one.sheet}
            choices={one.sheets.map((sheet) => ({ value: sheet, label: t('sheetNamed', { sheet }) }))}
            onChange={(sheet) => sheet && again.mutate({ sheet })}
          />
        </span>
      )}
      {one.format === 'csv' && file ? (
        <span className="import-how">
          <Select
            label={t('encoding')}
            value={one.encoding}
            choices={[...new Set([...ENCODINGS, one.encoding])].map((value) => ({
              value,
              label: t('encodingNamed', { encoding: value }),
            }))}
            onChange={(encoding) => encoding && again.mutate({ encoding })}
          />
        </span>
      ) : (
        <span className="mut">{one.format === 'csv' ? t('encodingNamed', { encoding: one.encoding }) : one.sheet}</span>
      )}
      {again.isPending && <span className="mut">{t('sending')}</span>}
      {again.error && <ProblemNote error={again.error} />}
    </section>
  )
}

function FieldPalette({
  one,
  entity,
  plan,
  onPlan,
}: {
  one: Import
  entity: Entity
  plan: Plan
  onPlan: (plan: Plan) => void
}) {
  const { t, language } = useTexts('imports')
  return (
    <aside className="card import-palette" aria-label={t('fields')}>
      <header className="card-head">
        <h2>{t('fields')}</h2>
      </header>
      <div className="import-palette-list">
        {importable(entity).map((field) => (
          <PaletteItem
            key={field.key}
            item={field.key}
            label={labelOf(field, language)}
            icon={fieldType(field.type).icon}
            tone={field.type}
            used={field.key in plan.columns}
            menu={one.columns.map((column) => ({
              key: column,
              label: t('fromColumn', { column }),
              onPick: () => onPlan(assign(plan, column, field.key)),
            }))}
          />
        ))}
      </div>
      <p className="hint">{t('dragHint')}</p>
    </aside>
  )
}

/** What happens with rows that exist already, and whether rules look at the imported ones. */
function Options({ plan, onPlan }: { plan: Plan; onPlan: (plan: Plan) => void }) {
  const { t } = useTexts('imports')
  const keys = plan.key ?? []
  const administrator = useMay('administrator')
  const [shown, setShown] = useState(false)
  return (
    <section className="card card-body import-options" aria-label={t('options')}>
      <p>
        {keys.length ? t('withKey') : t('withoutKey')}{' '}
        {administrator && (
          <button type="button" className="import-more" aria-expanded={shown} onClick={() => setShown(!shown)}>
            {t('options')}
          </button>
        )}
      </p>
      {keys.length > 0 && (
        <Segmented
          label={t('existing')}
          value={plan.existing ?? 'update'}
          onChange={(existing) => onPlan({ ...plan, existing })}
          options={[
            { value: 'update', label: t('existingUpdate') },
            { value: 'skip', label: t('existingSkip') },
          ]}
        />
      )}
      {shown && (
        <Checkbox checked={plan.rules !== false} onChange={(rules) => onPlan({ ...plan, rules })}>
          {t('rules')}
        </Checkbox>
      )}
    </section>
  )
}
