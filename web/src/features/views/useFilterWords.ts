/** The filter of a view in words: its clauses, or the server's sentence when it is too rich for clauses. */
import { useMemo } from 'react'
import { useParsed } from '@/api/language'
import type { Entity, LanguageText } from '@/api/types'
import { type ClauseList, isComplete } from '@/conditions/clauses'
import { listOf } from '@/conditions/lens'
import { clauseWords } from '@/conditions/words'
import { useTexts } from '@/locales/i18n'

export interface FilterWords {
  list: ClauseList | null
  parts: string[]
  join: string
}

export function useFilterWords(value: LanguageText | null, entities: Entity[], entity: Entity): FilterWords {
  const { t, tag, language } = useTexts('conditions')
  const parsed = useParsed(value, entity.key)
  return useMemo(() => {
    if (!value) return { list: null, parts: [], join: '' }
    const list = listOf(value, parsed?.formatted?.en, entities, entity)
    const join = t(list?.join === 'or' ? 'joinOr' : 'joinAnd')
    if (!list) return { list: null, parts: [parsed?.sentence?.[language] ?? value.text], join }
    return {
      list,
      parts: list.clauses.filter(isComplete).map((clause) => clauseWords(clause, entities, entity, t, tag)),
      join,
    }
  }, [value, parsed, entities, entity, t, tag, language])
}
