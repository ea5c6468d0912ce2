import { labelOf, optionOf } from '@/api/model'
import type { Option } from '@/api/types'
import { useTexts } from '@/locales/i18n'
import type { CellProps } from './field'

export function PlainCell({ value }: CellProps) {
  return value === null || value === undefined ? null : <span title={String(value)}>{String(value)}</span>
}

/** An option as a coloured tag; the words say it, the colour only helps the eye. */
export function OptionTag({ option, value }: { option?: Option; value: string }) {
  const { language } = useTexts()
  return <span className={`tag ${option?.color ?? ''}`}>{option ? labelOf(option, language) : value}</span>
}

export function OptionsCell({ field, value }: CellProps) {
  const values = Array.isArray(value) ? value : typeof value === 'string' ? [value] : []
  return values.map((one) => <OptionTag key={one} value={one} option={optionOf(field, one)} />)
}

/** The title of the record that a reference points to. */
export function TitleCell({ value, title }: CellProps) {
  if (value === null || value === undefined) return null
  return <span title={title}>{title || `#${value}`}</span>
}
