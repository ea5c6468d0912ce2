import { useState } from 'react'
import { useTexts } from '@/locales/i18n'
import { TextInput } from '@/ui/Inputs'
import { formatDecimal, parseTyped } from '@/values/decimal'
import type { EditorProps } from '../field'

/** Numbers are typed as text (`1.5万`, `1,200.50`); what is none is sent as typed, and the server says what is wrong. */
export default function Editor({ field, value, title: _title, onChange, inCell, ...ids }: EditorProps) {
  const { tag } = useTexts()
  const shown = (of: EditorProps['value']) => (typeof of === 'string' ? formatDecimal(of, tag, field.decimals) : '')
  const [typing, setTyping] = useState<string | null>(null)
  return (
    <TextInput
      {...ids}
      inputMode="decimal"
      autoFocus={inCell}
      value={typing ?? shown(value)}
      onChange={(text) => {
        setTyping(text)
        onChange(text.trim() === '' ? null : (parseTyped(text, field.decimals) ?? text))
      }}
      onBlur={() => setTyping(null)}
    />
  )
}
