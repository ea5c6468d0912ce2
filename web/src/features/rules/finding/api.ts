/** How changes find a rule, as the server tells it. */
import { queryOptions } from '@tanstack/react-query'
import { post } from '@/api/client'
import { LIVE } from '@/api/records'
import type { LanguageCode, LanguageText } from '@/api/types'

type Both = Record<LanguageCode, string>

/** Changes after which a rule is looked at; `way` leads from its record to the changed one; no fields: any of them. */
export interface Listened {
  entity: Both
  way: Both[]
  fields: Both[]
  events: ('created' | 'updated' | 'deleted')[]
  everywhere: boolean
}

/** `keys` is looked up (null: asked about each record), `rest` is checked then; `shared`: rules found by the same. */
export interface Finding {
  listens: Listened[]
  keys: Both | null
  rest: Both | null
  shared: number
  timed: boolean
}

export function findingQuery(rule: LanguageText, enabled: boolean) {
  return queryOptions({
    queryKey: [LIVE, 'rule-finding', rule],
    enabled,
    queryFn: ({ signal }) => post<Finding>('/rules/finding', rule, { signal }),
  })
}
