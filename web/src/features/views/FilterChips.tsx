import { useState } from 'react'
import { resolvePath } from '@/api/model'
import type { Entity, LanguageText } from '@/api/types'
import { write } from '@/conditions/clauses'
import { useTexts } from '@/locales/i18n'
import { Icon } from '@/ui/icons'
import { FilterPopup } from './FilterPopup'
import { useFilterWords } from './useFilterWords'

export interface FilterChipsProps {
  entity: Entity
  entities: Entity[]
  value: LanguageText | null
  /** A field that was just dropped: the editor opens with a clause for it. */
  asking: string | null
  onAsk: (path: string | null) => void
  onChange: (value: LanguageText | null) => void
}

/** The filter as chips, one per clause; each opens the editor of the whole filter. */
export function FilterChips({ entity, entities, value, asking, onAsk, onChange }: FilterChipsProps) {
  const { t } = useTexts('views')
  const { list, parts } = useFilterWords(value, entities, entity)
  const [open, setOpen] = useState<number | null>(null)
  const without = (index: number) => {
    if (!list) return onChange(null)
    const rest = { ...list, clauses: list.clauses.filter((_, at) => at !== index) }
    const text = write(rest, (path) => resolvePath(entities, entity, path)?.field)
    onChange(text ? { text, language: 'en' } : null)
  }
  const popup = { entity, entities, value, onChange }
  return (
    <>
      {parts.map((part, index) => (
        <span className="chip" key={part}>
          <FilterPopup {...popup} open={open === index} onOpen={(on) => setOpen(on ? index : null)}>
            <button type="button" className="chip-handle">
              {part}
            </button>
          </FilterPopup>
          <button
            type="button"
            className="chip-x"
            aria-label={t('app:drag.remove', { item: part })}
            onClick={() => without(index)}
          >
            <Icon name="x" />
          </button>
        </span>
      ))}
      {asking && (
        <FilterPopup key={asking} {...popup} startWith={asking} open onOpen={(on) => !on && onAsk(null)}>
          <button type="button" className="chip chip-handle">
            {t('newFilter')}
          </button>
        </FilterPopup>
      )}
    </>
  )
}
