import { Suspense, useEffect, useRef } from 'react'
import { labelOf } from '@/api/model'
import type { ApiProblem } from '@/api/problem'
import type { Labels, Values } from '@/api/types'
import { fieldType } from '@/fields/registry'
import { useTexts } from '@/locales/i18n'
import { Labelled } from '@/ui/Inputs'
import type { ShownField, ShownSection } from './formModel'

export interface Edited {
  values: Values
  titles: Record<string, string>
}

export interface RecordFormProps {
  sections: ShownSection[]
  edited: Edited
  onChange: (edited: Edited) => void
  problem: ApiProblem | null
  /** Fields changed since the problem came: their old errors are no longer true. */
  touched: ReadonlySet<string>
  disabled?: boolean
}

/** The sections of a form with their fields; errors stand at their fields, and the first one takes the focus. */
export function RecordForm({ sections, edited, onChange, problem, touched, disabled }: RecordFormProps) {
  const { language } = useTexts()
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (problem) place.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus()
  }, [problem])
  return (
    <div className="stack" ref={place}>
      {sections.map((section, index) => (
        <section key={titleKey(section.title, index)} className="card form-section">
          {labelOf({ labels: section.title }, language) && <h2>{labelOf({ labels: section.title }, language)}</h2>}
          <div className={`form-grid columns-${section.columns}`}>
            {section.fields.map((shown) => (
              <FormFieldRow
                key={shown.field.key}
                shown={shown}
                edited={edited}
                errors={touched.has(shown.field.key) ? [] : (problem?.of(shown.field.key) ?? [])}
                disabled={disabled}
                onChange={onChange}
              />
            ))}
          </div>
        </section>
      ))}
    </div>
  )
}

const titleKey = (title: Labels, index: number) => `${index}/${title.en ?? title.zh ?? ''}`

function FormFieldRow({
  shown,
  edited,
  errors,
  disabled,
  onChange,
}: {
  shown: ShownField
  edited: Edited
  errors: string[]
  disabled?: boolean
  onChange: RecordFormProps['onChange']
}) {
  const { language } = useTexts()
  const { field, required } = shown
  const { Editor, Cell, pageOnly } = fieldType(field.type)
  const value = edited.values[field.key] ?? null
  return (
    <div className={pageOnly ? 'form-field wide' : 'form-field'} data-field={field.key}>
      <Labelled label={labelOf(field, language)} required={required} errors={errors}>
        {(ids) =>
          Editor ? (
            <Suspense fallback={<span className="input" />}>
              <Editor
                {...ids}
                field={field}
                disabled={disabled}
                value={value}
                title={edited.titles[field.key]}
                onChange={(next, title) =>
                  onChange({
                    values: { ...edited.values, [field.key]: next },
                    titles: title === undefined ? edited.titles : { ...edited.titles, [field.key]: title },
                  })
                }
              />
            </Suspense>
          ) : (
            <span id={ids.id}>
              <Cell field={field} value={value} title={edited.titles[field.key]} />
            </span>
          )
        }
      </Labelled>
    </div>
  )
}
