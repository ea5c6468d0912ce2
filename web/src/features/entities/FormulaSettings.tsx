import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useMemo } from 'react'
import { useParsed, withNames, wordsQuery } from '@/api/language'
import type { Diagnostic, Entity, LanguageCode, LanguageText } from '@/api/types'
import { useTexts } from '@/locales/i18n'
import { Button } from '@/ui/Button'
import { Loading } from '@/ui/Empty'
import { Labelled, Segmented } from '@/ui/Inputs'
import { Icon } from '@/ui/icons'
import { Select } from '@/ui/Select'
import type { DrawingField } from './model'

const TextEditor = lazy(() => import('@/language/TextEditor').then((found) => ({ default: found.TextEditor })))

const NONE: Diagnostic[] = []
const RESULTS = ['number', 'text', 'boolean', 'date', 'datetime'] as const

export interface FormulaSettingsProps {
  field: DrawingField
  entities: Entity[]
  /** The entity, once it is stored: before that its names are unknown to the server. */
  entityKey: string | undefined
  onChange: (change: Partial<DrawingField>) => void
}

/** What a field is worked out from, written in the language and judged while it is typed. */
export function FormulaSettings({ field, entities, entityKey, onChange }: FormulaSettingsProps) {
  const { t, language } = useTexts('entities')
  const { expression = '', language: written = language, result = 'number' } = field.settings ?? {}
  const text = useMemo<LanguageText>(
    () => ({ text: String(expression), language: written as LanguageCode }),
    [expression, written],
  )
  const set = (change: Record<string, unknown>) =>
    onChange({ settings: { ...field.settings, expression, language: written, result, ...change } })
  const parsed = useParsed(entityKey ? text : null, entityKey ?? '', 'expression')
  const words = useQuery({ ...wordsQuery(text.language, entityKey), enabled: entityKey !== undefined }).data
  const known = useMemo(() => withNames(words, entities), [words, entities])
  const errors = (parsed?.diagnostics ?? NONE).filter((one) => one.severity === 'error')
  const turn = (next: LanguageCode) => set({ language: next, expression: parsed?.formatted?.[next] ?? expression })
  return (
    <>
      <Labelled label={t('formula.result')}>
        {(ids) => (
          <Select
            id={ids.id}
            value={String(result)}
            choices={RESULTS.map((kind) => ({ value: kind, label: t(`types.${kind}`) }))}
            onChange={(kind) => set({ result: kind ?? 'number' })}
          />
        )}
      </Labelled>
      <section className="wide formula" aria-label={t('formula.expression')}>
        <header className="line">
          <b className="grow">{t('formula.expression')}</b>
          <Segmented
            label={t('formula.language')}
            value={text.language}
            onChange={turn}
            options={[
              { value: 'zh', label: '中文' },
              { value: 'en', label: 'EN' },
            ]}
          />
        </header>
        <Suspense fallback={<Loading lines={1} />}>
          <TextEditor
            small
            value={text}
            onType={(typed) => set({ expression: typed })}
            diagnostics={parsed?.diagnostics ?? NONE}
            words={known}
            entityNames={[]}
            label={t('formula.expression')}
            readOnly={false}
            of={{ part: 'expression', entity: entityKey }}
          />
        </Suspense>
        <div role="status">
          {errors.slice(0, 3).map((one) => (
            <p key={`${one.from}-${one.code}`} className="formula-error">
              <Icon name="warning" />
              <span className="grow">{one.message}</span>
              {one.fix && (
                <Button small onClick={() => set({ expression: repaired(text.text, one) })}>
                  {one.fix.title}
                </Button>
              )}
            </p>
          ))}
          {parsed?.sentence && errors.length === 0 && <p className="hint">{parsed.sentence[language]}</p>}
          {!parsed && <p className="hint">{t('formula.hint')}</p>}
        </div>
      </section>
    </>
  )
}

const repaired = (text: string, one: Diagnostic) =>
  text.slice(0, one.from) + (one.fix?.replacement ?? '') + text.slice(one.to)
