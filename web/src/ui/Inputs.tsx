import { type ComponentProps, type ReactNode, useId } from 'react'
import { useTexts } from '@/locales/i18n'
import { Icon } from './icons'

export interface LabelledProps {
  label: ReactNode
  required?: boolean
  hint?: ReactNode
  errors?: string[]
  /** Draws the control; the ids tie label, hint and errors to it. */
  children: (ids: { id: string; 'aria-describedby'?: string; 'aria-invalid'?: boolean }) => ReactNode
}

/** A control with its label above, its hint and its errors below. */
export function Labelled({ label, required, hint, errors = [], children }: LabelledProps) {
  const id = useId()
  const { t } = useTexts()
  const described = [hint ? `${id}-hint` : '', errors.length ? `${id}-errors` : ''].filter(Boolean).join(' ')
  return (
    <div className={errors.length ? 'labelled wrong' : 'labelled'}>
      <label htmlFor={id}>
        {label}
        {required && (
          <span className="must" title={t('required')}>
            <span aria-hidden="true">*</span>
            <span className="sr">{t('required')}</span>
          </span>
        )}
      </label>
      {children({ id, 'aria-describedby': described || undefined, 'aria-invalid': errors.length > 0 || undefined })}
      {hint && (
        <p className="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {errors.length > 0 && (
        <ul className="errors" id={`${id}-errors`}>
          {errors.map((error) => (
            <li key={error}>
              <Icon name="warning" />
              {error}
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}

type TextInputProps = Omit<ComponentProps<'input'>, 'className' | 'onChange'> & { onChange: (value: string) => void }

export function TextInput({ onChange, ...rest }: TextInputProps) {
  return (
    <input
      autoComplete="off"
      spellCheck={false}
      {...rest}
      className="input"
      onChange={(event) => onChange(event.target.value)}
    />
  )
}

type TextAreaProps = Omit<ComponentProps<'textarea'>, 'className' | 'onChange'> & { onChange: (value: string) => void }

export function TextArea({ onChange, ...rest }: TextAreaProps) {
  return <textarea rows={4} {...rest} className="input area" onChange={(event) => onChange(event.target.value)} />
}

/** A search box; Escape empties it. */
export function SearchInput({
  value,
  onChange,
  label,
}: {
  value: string
  onChange: (value: string) => void
  label: string
}) {
  return (
    <span className="search">
      <Icon name="search" />
      <input
        className="input"
        type="search"
        aria-label={label}
        placeholder={label}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape' || !value) return
          event.stopPropagation()
          onChange('')
        }}
      />
    </span>
  )
}

export function Switch({
  checked,
  onChange,
  label,
  disabled,
  id,
}: {
  checked: boolean
  onChange: (on: boolean) => void
  label?: string
  disabled?: boolean
  id?: string
}) {
  return (
    <button
      type="button"
      role="switch"
      id={id}
      className="switch"
      aria-checked={checked}
      aria-label={label}
      disabled={disabled}
      onClick={() => onChange(!checked)}
    >
      <i />
    </button>
  )
}

export function Checkbox({
  checked,
  onChange,
  children,
  disabled,
}: {
  checked: boolean
  onChange: (on: boolean) => void
  children: ReactNode
  disabled?: boolean
}) {
  return (
    <label className="checkbox">
      <input type="checkbox" checked={checked} disabled={disabled} onChange={(e) => onChange(e.target.checked)} />
      <span>{children}</span>
    </label>
  )
}

/** A few choices side by side; arrow keys move between them. */
export function Segmented<T extends string>({
  value,
  onChange,
  options,
  label,
}: {
  value: T
  onChange: (value: T) => void
  options: { value: T; label: ReactNode }[]
  label: string
}) {
  const name = useId()
  return (
    <div className="segmented" role="radiogroup" aria-label={label}>
      {options.map((option) => (
        <label key={option.value} className={option.value === value ? 'on' : ''}>
          <input
            type="radio"
            name={name}
            className="sr"
            checked={option.value === value}
            onChange={() => onChange(option.value)}
          />
          {option.label}
        </label>
      ))}
    </div>
  )
}
