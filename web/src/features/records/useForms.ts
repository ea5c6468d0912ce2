import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { drawnListQuery } from '@/api/drawn'
import { workedFormsQuery } from '@/api/records'
import type { Drawn, Entity, FormContent, WorkedForm } from '@/api/types'
import { plainForm } from './formModel'

export interface ChosenForm {
  /** Still being read: drawing the plain form meanwhile would jump. */
  loading: boolean
  forms: Drawn<FormContent>[]
  chosen: Drawn<FormContent> | undefined
  choose: (id: string) => void
  content: FormContent
  worked: WorkedForm | undefined
}

/** The published forms of an entity, the one in use, and the server's verdict on it for a stored record. */
export function useForms(entity: Entity, record?: string): ChosenForm {
  const list = useQuery({ ...drawnListQuery<FormContent>('forms', entity.key), staleTime: 30_000 })
  const worked = useQuery({ ...workedFormsQuery(entity.key, record ?? ''), enabled: Boolean(record) })
  const [id, choose] = useState<string | null>(null)
  const forms = (list.data ?? []).filter((form) => form.content)
  const chosen = forms.find((form) => form.id === id) ?? forms[0]
  return {
    loading: list.isPending,
    forms,
    chosen,
    choose,
    content: chosen?.content ?? plainForm(entity),
    worked: worked.data?.find((form) => form.id === chosen?.id),
  }
}
