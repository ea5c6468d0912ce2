import { lazy, Suspense } from 'react'
import type { Entity, FormContent, FormField, LanguageText } from '@/api/types'
import { useTexts } from '@/locales/i18n'
import { Button, IconButton } from '@/ui/Button'
import { Loading } from '@/ui/Empty'
import { type ConditionKind, setCondition } from './model'

const ConditionEditor = lazy(() =>
  import('@/conditions/ConditionEditor').then((module) => ({ default: module.ConditionEditor })),
)

const KINDS: ConditionKind[] = ['visible_when', 'required_when']

/** When a field shows and when it must be filled; the preview beside it follows at once. */
export function FieldPanel({
  entity,
  entities,
  field,
  title,
  content,
  onChange,
  onClose,
}: {
  entity: Entity
  entities: Entity[]
  field: FormField
  title: string
  content: FormContent
  onChange: (content: FormContent) => void
  onClose: () => void
}) {
  const { t } = useTexts('forms')
  const required = entity.fields.find((one) => one.key === field.field)?.required
  return (
    <section className="card field-panel" aria-label={t('fieldPanel', { field: title })}>
      <header className="card-head">
        <h2 className="grow">{t('fieldPanel', { field: title })}</h2>
        <IconButton small icon="x" label={t('app:close')} onClick={onClose} />
      </header>
      {KINDS.map((kind) => {
        const value: LanguageText | null = field[kind] ?? null
        const set = (when: LanguageText | null) => onChange(setCondition(content, field.field, kind, when))
        return (
          <section key={kind} className="field-condition">
            <header className="line">
              <h3 className="grow">{t(kind)}</h3>
              {value && (
                <Button small onClick={() => set(null)}>
                  {t('always')}
                </Button>
              )}
            </header>
            {!value && (
              <p className="mut">{kind === 'required_when' && required ? t('requiredAnyway') : t(`${kind}_none`)}</p>
            )}
            {!(kind === 'required_when' && required) && (
              <Suspense fallback={<Loading lines={2} />}>
                <ConditionEditor
                  key={`${field.field}/${kind}`}
                  entity={entity}
                  entities={entities}
                  value={value}
                  onChange={set}
                />
              </Suspense>
            )}
          </section>
        )
      })}
    </section>
  )
}
