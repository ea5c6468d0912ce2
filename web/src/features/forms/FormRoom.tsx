import { lazy, Suspense, useState } from 'react'
import { labelOf } from '@/api/model'
import type { Drawn, Entity, FormContent } from '@/api/types'
import { fieldType } from '@/fields/registry'
import { useTexts } from '@/locales/i18n'
import { Button } from '@/ui/Button'
import { DragRoom } from '@/ui/drag/DragRoom'
import { PaletteItem } from '@/ui/drag/Zone'
import { Loading } from '@/ui/Empty'
import { ProblemNote } from '@/ui/ProblemNote'
import { Pill, Top } from '@/ui/Top'
import { UndoButtons } from '@/ui/UndoButtons'
import { VersionsMenu } from '@/ui/VersionsMenu'
import { FieldPanel } from './FieldPanel'
import { addSection, findField, placeField, removeField, sectionOf, zoneOf } from './model'
import { SectionBox } from './SectionBox'
import { useFormDraft } from './useFormDraft'
import './forms.css'

const FormPreview = lazy(() => import('./FormPreview'))

export interface FormRoomProps {
  entity: Entity
  entities: Entity[]
  form: Drawn<FormContent>
  etag: string | null
}

/** Drawing a form: fields at the left, sections in the middle, the living form at the right. */
export function FormRoom({ entity, entities, form, etag }: FormRoomProps) {
  const { t, language } = useTexts('forms')
  const draft = useFormDraft(form, etag, labelOf(form, language))
  const [chosen, setChosen] = useState<string | null>(null)
  const { now, set } = draft.history
  const change = (content: FormContent) => set({ ...now, content })
  const label = (key: string) => {
    const field = entity.fields.find((one) => one.key === key)
    return field ? labelOf(field, language) : key
  }
  const sectionLabel = (index: number) => {
    const section = now.content.sections[index]
    return (section && labelOf({ labels: section.title }, language)) || t('sectionNumber', { number: index + 1 })
  }
  const zoneLabel = (zone: string) => {
    const index = sectionOf(zone)
    return index === null ? zone : sectionLabel(index)
  }
  const own = entity.fields.filter((field) => !field.system)
  const state = { saved: t('app:draftSaved'), saving: t('app:draftSaving'), failed: t('draftFailed') }[draft.state]
  const chosenField = chosen ? findField(now.content, chosen) : undefined
  return (
    <>
      <Top
        title={now.name}
        crumbs={[{ label: t('rail'), to: '/forms' }]}
        state={
          <Pill tone={draft.unpublished ? 'amber' : 'green'}>
            {draft.unpublished ? t('app:draft') : t('app:published')}
          </Pill>
        }
      >
        <span className="saved" role="status">
          {state}
        </span>
        <UndoButtons history={draft.history} />
        <VersionsMenu kind="forms" id={form.id} current={draft.form.published_version} onRestore={draft.restore} />
        <Button tone="primary" busy={draft.publishing} disabled={!draft.unpublished} onClick={draft.publish}>
          {t('app:publish')}
        </Button>
      </Top>
      <DragRoom
        itemLabel={label}
        zoneLabel={zoneLabel}
        onDrop={({ item }, target) => {
          const index = sectionOf(target.zone)
          if (index !== null) change(placeField(now.content, index, item, target.before))
        }}
      >
        <div className="form-builder">
          <aside className="palette-room" aria-label={t('fields')}>
            <header>
              <h2>{t('fields')}</h2>
            </header>
            <div className="palette-list">
              {own.map((field) => (
                <PaletteItem
                  key={field.key}
                  item={field.key}
                  label={labelOf(field, language)}
                  icon={fieldType(field.type).icon}
                  tone={field.value_kind}
                  used={Boolean(findField(now.content, field.key))}
                  menu={now.content.sections.map((_, index) => ({
                    key: zoneOf(index),
                    label: t('addTo', { section: sectionLabel(index) }),
                    onPick: () => change(placeField(now.content, index, field.key)),
                  }))}
                />
              ))}
            </div>
            <p className="hint">{t('app:drag.how')}</p>
          </aside>
          <div className="form-sections" role="region" aria-label={t('layout')} tabIndex={0}>
            {draft.error ? <ProblemNote error={draft.error} /> : null}
            {now.content.sections.map((section, index) => (
              <SectionBox
                // biome-ignore lint/suspicious/noArrayIndexKey: sections have no ids, and their order is their identity
                key={index}
                index={index}
                section={section}
                content={now.content}
                label={label}
                sectionLabel={sectionLabel}
                chosen={chosen}
                onChoose={setChosen}
                onChange={change}
                onRemoveField={(key) => change(removeField(now.content, key))}
              />
            ))}
            <Button icon="plus" onClick={() => change(addSection(now.content))}>
              {t('addSection')}
            </Button>
          </div>
          <div className="form-right">
            {chosen && chosenField && (
              <FieldPanel
                entity={entity}
                entities={entities}
                field={chosenField}
                title={label(chosen)}
                content={now.content}
                onChange={change}
                onClose={() => setChosen(null)}
              />
            )}
            <Suspense fallback={<Loading />}>
              <FormPreview entity={entity} content={now.content} />
            </Suspense>
          </div>
        </div>
      </DragRoom>
    </>
  )
}
