import { Select as Kit } from 'antd'
import type { ReactNode } from 'react'

export interface Choice {
  value: string
  label: string
  /** Drawn instead of the label in the list (a coloured tag); searching still uses the label. */
  drawn?: ReactNode
  disabled?: boolean
}

interface Shared {
  choices: Choice[]
  label?: string
  placeholder?: string
  id?: string
  disabled?: boolean
  autoOpen?: boolean
  size?: 'small' | 'middle'
  invalid?: boolean
  describedBy?: string
  loading?: boolean
  /** Given: the server searches, and the list holds what it found. */
  onSearch?: (text: string) => void
}

interface One extends Shared {
  many?: false
  value: string | null
  onChange: (value: string | null) => void
  clearable?: boolean
}

interface Many extends Shared {
  many: true
  value: string[]
  onChange: (value: string[]) => void
}

const found = (input: string, option?: { label?: unknown }) =>
  String(option?.label ?? '')
    .toLowerCase()
    .includes(input.toLowerCase())

/** A list to choose from, searchable when it is long. */
export function Select(props: One | Many) {
  const { choices, label, placeholder, id, disabled, autoOpen, size, invalid, describedBy, loading, onSearch } = props
  const shared = {
    id,
    placeholder,
    disabled,
    size,
    loading,
    'aria-label': label,
    'aria-describedby': describedBy,
    status: invalid ? ('error' as const) : undefined,
    options: choices,
    defaultOpen: autoOpen,
    autoFocus: autoOpen,
    popupMatchSelectWidth: false,
    className: 'select',
    showSearch:
      onSearch || choices.length > 8 ? { filterOption: onSearch ? false : found, onSearch } : props.many || false,
    optionRender: (option: { data: Choice }) => option.data.drawn ?? option.data.label,
  }
  if (props.many) return <Kit {...shared} mode="multiple" value={props.value} onChange={props.onChange} allowClear />
  return (
    <Kit
      {...shared}
      value={props.value ?? undefined}
      allowClear={props.clearable}
      onChange={(value?: string) => props.onChange(value ?? null)}
    />
  )
}
