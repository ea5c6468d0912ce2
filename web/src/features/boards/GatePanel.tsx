import { Suspense, useState } from 'react'
import { labelOf } from '@/api/model'
import type { Entity, Field, Row, Values } from '@/api/types'
import { fieldType } from '@/fields/registry'
import { useTexts } from '@/locales/i18n'
import { Button } from '@/ui/Button'
import { Loading } from '@/ui/Empty'
import { Labelled } from '@/ui/Inputs'
import { Icon } from '@/ui/icons'
import { SidePanel } from '@/ui/SidePanel'
import type { PipelineContent } from './api'
import { isMet, laneOf, needsOf, nextStage, stageOf } from './model'
import type { Moves, Refusal } from './useMoves'

/** A refused move: every missing item in the server's words, each with its fields, and then the move itself. */
export function GatePanel({
  refusal,
  moves,
  entity,
  pipeline,
  title,
  stageLabel,
}: {
  refusal: Refusal
  moves: Moves
  entity: Entity
  pipeline: PipelineContent | null
  title: string
  stageLabel: (lane: string) => string
}) {
  const { t } = useTexts('boards')
  const { row, from, to } = refusal.move
  const [values, setValues] = useState<Values>({})
  const needs = needsOf(refusal.problem, pipeline)
  const now = { ...row.values, ...values }
  const closed = needs.some((need) => need.fields.length === 0)
  const next = nextStage(pipeline, stageOf(from))
  const busy = moves.pending.some((move) => move.row.id === row.id)
  const target = closed && next && laneOf(next) !== to ? laneOf(next) : to
  const ready = needs.every((need) => isMet(need, now)) && (!closed || target !== to)
  return (
    <SidePanel
      title={t('refused.title', { stage: stageLabel(to) })}
      onClose={moves.dismiss}
      foot={
        <>
          <Button onClick={moves.dismiss}>{t('app:cancel')}</Button>
          <Button
            tone="primary"
            busy={busy}
            disabled={!ready}
            onClick={() => void moves.move(row, from, target, values)}
          >
            {t('refused.move', { stage: stageLabel(target) })}
          </Button>
        </>
      }
    >
      <div className="stack">
        <p>
          <b>{title}</b> <span className="mut">{t('refused.about', { count: needs.length })}</span>
        </p>
        <ul className="gate-needs">
          {needs.map((need) => (
            <li key={need.message} className={isMet(need, now) && need.fields.length ? 'met' : ''}>
              <p className="gate-message">
                <Icon name={isMet(need, now) && need.fields.length ? 'check' : 'warning'} />
                {need.message}
              </p>
              {need.fields.map((key) => (
                <NeededField
                  key={key}
                  field={entity.fields.find((one) => one.key === key)}
                  row={row}
                  value={values[key] ?? row.values[key] ?? null}
                  onChange={(value) => setValues((known) => ({ ...known, [key]: value }))}
                />
              ))}
            </li>
          ))}
        </ul>
      </div>
    </SidePanel>
  )
}

function NeededField({
  field,
  row,
  value,
  onChange,
}: {
  field: Field | undefined
  row: Row
  value: Values[string]
  onChange: (value: Values[string]) => void
}) {
  const { language } = useTexts()
  const Editor = field && fieldType(field.type).Editor
  if (!field || !Editor) return null
  return (
    <Labelled label={labelOf(field, language)}>
      {(ids) => (
        <Suspense fallback={<Loading lines={1} />}>
          <Editor {...ids} field={field} value={value} title={row.titles[field.key]} onChange={onChange} />
        </Suspense>
      )}
    </Labelled>
  )
}
