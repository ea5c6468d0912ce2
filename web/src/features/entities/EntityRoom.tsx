import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { labelOf } from '@/api/model'
import type { Entity, Labels } from '@/api/types'
import { drawableTypes, fieldType } from '@/fields/registry'
import { useTexts } from '@/locales/i18n'
import { Button } from '@/ui/Button'
import { Labelled, TextInput } from '@/ui/Inputs'
import { Menu } from '@/ui/Menu'
import { ProblemNote } from '@/ui/ProblemNote'
import { Select } from '@/ui/Select'
import { Top } from '@/ui/Top'
import { toast } from '@/ui/toasts'
import { UndoButtons } from '@/ui/UndoButtons'
import { FieldRow } from './FieldRow'
import { Losses } from './Losses'
import { addField, type Drawing, moveField, nameFrom, removeField, setField, setLabels } from './model'
import { useDrawing } from './useDrawing'
import './texts'
import './entities.css'

export interface EntityRoomProps {
  entityKey?: string
  entities: Entity[]
  published: Entity | undefined
  first: Drawing
  etag: string | null
}

/** Drawing an entity: its labels, its fields, what names it and what dates it; tables come with publishing. */
export function EntityRoom({ entityKey, entities, published, first, etag }: EntityRoomProps) {
  const { t, language } = useTexts('entities')
  const navigate = useNavigate()
  const [open, setOpen] = useState<number | null>(null)
  const draft = useDrawing(first, entityKey, etag, (key) => {
    toast({ text: t('published') })
    if (!entityKey) void navigate({ to: `/entities/${key}`, replace: true })
  })
  const { now, set } = draft.history
  const label = labelOf({ labels: now.labels, name: now.name }, language)
  const relabel = (labels: Labels) => {
    const name = draft.key ? now.name : nameFrom(labels.en ?? '') || now.name
    set({ ...setLabels(now, labels), name })
  }
  const texts = now.fields.filter((field) => ['text', 'email', 'phone'].includes(field.type))
  const times = now.fields.filter((field) => ['date', 'datetime'].includes(field.type))
  const choices = (fields: Drawing['fields']) =>
    fields.map((field) => ({ value: field.name, label: labelOf(field, language) }))
  const state = {
    new: t('notStored'),
    saved: t('app:draftSaved'),
    saving: t('app:draftSaving'),
    failed: t('draftFailed'),
    unready: t('notYet'),
  }[draft.state]
  return (
    <>
      <Top title={label || t('new')} crumbs={[{ label: t('rail'), to: '/entities' }]}>
        <span className="saved" role="status">
          {state}
        </span>
        <UndoButtons history={draft.history} />
        <Button tone="primary" busy={draft.publishing} disabled={!now.name} onClick={draft.publish}>
          {t('app:publish')}
        </Button>
      </Top>
      <div className="page">
        <div className="entity-room stack">
          {draft.error ? <ProblemNote error={draft.error} /> : null}
          {draft.unready.length > 0 && (
            <p className="hint entity-unready" role="status">
              {t('notReady', { what: draft.unready.join(' ') })}
            </p>
          )}
          <Losses published={published} drawing={now} />
          <section className="card card-body entity-head" aria-label={t('about')}>
            <Labelled label={t('labelZh')}>
              {(ids) => (
                <TextInput
                  {...ids}
                  lang="zh-CN"
                  value={now.labels?.zh ?? ''}
                  onChange={(zh) => relabel({ ...now.labels, zh })}
                />
              )}
            </Labelled>
            <Labelled label={t('labelEn')}>
              {(ids) => (
                <TextInput
                  {...ids}
                  lang="en"
                  value={now.labels?.en ?? ''}
                  onChange={(en) => relabel({ ...now.labels, en })}
                />
              )}
            </Labelled>
            <Labelled label={t('pluralEn')} hint={t('pluralHint')}>
              {(ids) => (
                <TextInput
                  {...ids}
                  lang="en"
                  value={now.plural_labels?.en ?? ''}
                  onChange={(en) => set({ ...now, plural_labels: { ...now.plural_labels, en } })}
                />
              )}
            </Labelled>
            <Labelled label={t('name')} required hint={t('nameHint')}>
              {(ids) => <TextInput {...ids} value={now.name} onChange={(name) => set({ ...now, name })} />}
            </Labelled>
            <Labelled label={t('titleField')} hint={t('titleHint')}>
              {(ids) => (
                <Select
                  id={ids.id}
                  clearable
                  value={now.title_field ?? null}
                  choices={choices(texts)}
                  onChange={(name) => set({ ...now, title_field: name })}
                />
              )}
            </Labelled>
            <Labelled label={t('timeField')} hint={t('timeHint')}>
              {(ids) => (
                <Select
                  id={ids.id}
                  clearable
                  value={now.time_field ?? null}
                  choices={choices(times)}
                  onChange={(name) => set({ ...now, time_field: name })}
                />
              )}
            </Labelled>
          </section>
          <section className="card" aria-label={t('fields')}>
            <header className="card-head">
              <h2 className="grow">{t('fields')}</h2>
              <Menu
                items={drawableTypes.map((type) => ({
                  key: type,
                  icon: fieldType(type).icon,
                  label: t(`types.${type}`, { defaultValue: type }),
                  onPick: () => {
                    set(addField(now, type))
                    setOpen(now.fields.length)
                  },
                }))}
              >
                <Button small icon="plus">
                  {t('addField')}
                </Button>
              </Menu>
            </header>
            <ul className="field-rows">
              {now.fields.map((field, index) => (
                <FieldRow
                  key={field.id ?? `new-${index}`}
                  field={field}
                  entities={entities}
                  entityKey={draft.key}
                  open={open === index}
                  first={index === 0}
                  last={index === now.fields.length - 1}
                  onOpen={() => setOpen(open === index ? null : index)}
                  onChange={(change) => set(setField(now, index, change))}
                  onMove={(by) => {
                    set(moveField(now, index, by))
                    setOpen(null)
                  }}
                  onRemove={() => {
                    set(removeField(now, index))
                    setOpen(null)
                  }}
                />
              ))}
            </ul>
          </section>
        </div>
      </div>
    </>
  )
}
