import { useEffect, useState } from 'react'
import { labelOf } from '@/api/model'
import { ApiProblem } from '@/api/problem'
import { useTexts } from '@/locales/i18n'
import { Button } from '@/ui/Button'
import { Labelled, TextInput } from '@/ui/Inputs'
import { keep, kept } from '@/ui/kept'
import { ProblemNote } from '@/ui/ProblemNote'
import { Select } from '@/ui/Select'
import type { Kind, Setting } from './api'

interface FormProps {
  kind: Kind
  /** The connection that is changed; none: a new one. */
  connection?: string
  name: string
  settings: Record<string, unknown>
  /** Names of the secrets that are set already. */
  secrets: string[]
  busy: boolean
  error: unknown
  action: string
  onSubmit: (name: string, settings: Record<string, unknown>) => void
}

const textOf = (value: unknown) => (value === null || value === undefined ? '' : String(value))

interface Half {
  title: string
  values: Record<string, string>
}

/** What may be kept in the browser: secrets are typed anew. */
function withoutSecrets(kind: Kind, { title, values }: Half): Half {
  const secret = new Set(kind.settings.filter((one) => one.secret).map((one) => one.key))
  return { title, values: Object.fromEntries(Object.entries(values).filter(([key]) => !secret.has(key))) }
}

/** The settings as the connector describes them; a secret that is set is never shown, only replaced. */
export function SettingsForm({ kind, connection, name, settings, secrets, busy, error, action, onSubmit }: FormProps) {
  const { t, language } = useTexts('connections')
  const place = `connection/${connection ?? `new-${kind.kind}`}`
  const [half] = useState(() => kept<Half>(place))
  const [title, setTitle] = useState(half?.title ?? name)
  const [values, setValues] = useState<Record<string, string>>(() => ({
    ...Object.fromEntries(kind.settings.map((one) => [one.key, textOf(settings[one.key] ?? one.default)])),
    ...half?.values,
  }))
  const type = (next: Half) => {
    setTitle(next.title)
    setValues(next.values)
    keep(place, withoutSecrets(kind, next))
  }
  // What was refused is still half typed.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only when it is refused
  useEffect(() => {
    if (error) keep(place, withoutSecrets(kind, { title, values }))
  }, [error])
  const problem = error instanceof ApiProblem ? error : null
  const of = (key: string) =>
    problem?.problems.filter((one) => [key, `settings.${key}`].includes(one.field ?? '')) ?? []
  const placed = kind.settings.flatMap((one) => [one.key, `settings.${one.key}`])
  const asked = kind.settings.filter((one) =>
    Object.entries(one.only_when).every(([key, wanted]) => wanted.includes(values[key] ?? '')),
  )
  const submit = () => {
    const given = asked
      .map((one) => [one.key, (values[one.key] ?? '').trim()] as const)
      // A secret left blank stays as it is; other blanks leave the default in force.
      .filter(([, value]) => value !== '')
    keep(place, null)
    onSubmit(title.trim(), Object.fromEntries(given))
  }
  return (
    <form
      className="stack connection-form"
      onSubmit={(event) => {
        event.preventDefault()
        submit()
      }}
    >
      <Labelled label={t('name')} required errors={problem?.of('name')}>
        {(ids) => (
          <TextInput
            {...ids}
            required
            maxLength={200}
            value={title}
            onChange={(next) => type({ title: next, values })}
          />
        )}
      </Labelled>
      <div className="connection-settings">
        {asked.map((one) => (
          <Labelled
            key={one.key}
            label={labelOf({ labels: one.labels, name: one.key }, language)}
            required={one.required}
            hint={hintOf(one, language, secrets.includes(one.key), t)}
            errors={of(one.key).map((each) => each.message)}
          >
            {(ids) => (
              <SettingInput
                ids={ids}
                setting={one}
                held={secrets.includes(one.key)}
                value={values[one.key] ?? ''}
                onChange={(value) => type({ title, values: { ...values, [one.key]: value } })}
              />
            )}
          </Labelled>
        ))}
      </div>
      {error !== null && <ProblemNote error={error} placed={[...placed, 'name']} />}
      <div>
        <Button tone="primary" type="submit" busy={busy} disabled={!title.trim()}>
          {action}
        </Button>
      </div>
    </form>
  )
}

type Texts = ReturnType<typeof useTexts>['t']

function hintOf(setting: Setting, language: 'zh' | 'en', held: boolean, t: Texts): string | undefined {
  if (held) return t('secretHeld')
  return setting.help ? labelOf({ labels: setting.help, name: '' }, language) || undefined : undefined
}

function SettingInput({
  ids,
  setting,
  held,
  value,
  onChange,
}: {
  ids: { id: string; 'aria-describedby'?: string; 'aria-invalid'?: boolean }
  setting: Setting
  held: boolean
  value: string
  onChange: (value: string) => void
}) {
  const { t, language } = useTexts('connections')
  if (setting.type === 'choice') {
    return (
      <Select
        id={ids.id}
        describedBy={ids['aria-describedby']}
        invalid={ids['aria-invalid']}
        value={value || null}
        choices={Object.entries(setting.options).map(([key, labels]) => ({
          value: key,
          label: labelOf({ labels, name: key }, language),
        }))}
        onChange={(next) => onChange(next ?? '')}
      />
    )
  }
  return (
    <TextInput
      {...ids}
      type={setting.secret ? 'password' : 'text'}
      autoComplete={setting.secret ? 'new-password' : 'off'}
      inputMode={setting.type === 'number' ? 'numeric' : setting.type === 'url' ? 'url' : undefined}
      placeholder={held ? t('secretSet') : undefined}
      required={setting.required && !held}
      value={value}
      onChange={onChange}
    />
  )
}
