import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useSettled } from '@/api/language'
import { titleField, titleOf, useEntity } from '@/api/model'
import { queryRecords } from '@/api/records'
import { Select } from '@/ui/Select'
import type { EditorProps } from './field'

/** Chooses the record that a reference points to; the server searches while one types. */
export default function RecordEditor({ field, value, title, onChange, inCell, disabled, ...ids }: EditorProps) {
  const target = useEntity(field.to ?? (field.type === 'user' ? 'user' : undefined))
  const [text, setText] = useState('')
  const search = useSettled(text.trim(), 200)
  const { data, isFetching } = useQuery({
    queryKey: ['candidates', target?.key, search],
    enabled: Boolean(target),
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => {
      const key = target && titleField(target)
      const sort = key ? [{ field: key, descending: false }] : []
      return queryRecords(target?.key ?? '', { search: search || undefined, sort, limit: 30 }, signal)
    },
  })
  const found = (data?.items ?? []).map((row) => ({ value: row.id, label: titleOf(target, row) }))
  const chosen = typeof value === 'string' ? value : null
  const missing = chosen !== null && !found.some((choice) => choice.value === chosen)
  const choices = missing ? [{ value: chosen, label: title || `#${chosen}` }, ...found] : found
  return (
    <Select
      id={ids.id}
      label={ids['aria-label']}
      describedBy={ids['aria-describedby']}
      invalid={ids['aria-invalid']}
      disabled={disabled}
      autoOpen={inCell}
      clearable={!field.required}
      loading={isFetching}
      onSearch={setText}
      value={chosen}
      onChange={(id) => onChange(id, choices.find((choice) => choice.value === id)?.label)}
      choices={choices}
    />
  )
}
