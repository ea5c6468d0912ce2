import { Fragment, type ReactNode, useState } from 'react'
import { manyOf, pathLabel, resolvePath } from '@/api/model'
import type { Entity, ViewContent } from '@/api/types'
import { useTexts } from '@/locales/i18n'
import { Menu, type MenuItem } from '@/ui/Menu'
import { formatDecimal } from '@/values/decimal'
import { FilterPopup } from './FilterPopup'
import { place, remove, setSort, setTotal } from './model'
import { useFilterWords } from './useFilterWords'

export interface ViewSentenceProps {
  entity: Entity
  entities: Entity[]
  content: ViewContent
  count: number | undefined
  onChange: (content: ViewContent) => void
}

/** The view as one sentence; each part of it opens its control. */
export function ViewSentence({ entity, entities, content, count, onChange }: ViewSentenceProps) {
  const { t, tag, language } = useTexts('views')
  const filter = useFilterWords(content.filter, entities, entity)
  const [filtering, setFiltering] = useState(false)
  const label = (path: string) => {
    const found = resolvePath(entities, entity, path)
    return found ? pathLabel(found, language) : path
  }
  const part = (key: string, words: string, items: MenuItem[]) => (
    <Menu key={key} items={items}>
      <button type="button" className="sentence-part">
        {words}
      </button>
    </Menu>
  )
  const shown = count === undefined ? '…' : formatDecimal(String(count), tag)
  const sorts = content.sort.map((one) =>
    part(
      `sort-${one.field}`,
      t(one.descending ? 'sentence.descending' : 'sentence.ascending', { field: label(one.field) }),
      [
        {
          key: 'turn',
          icon: 'sort',
          label: t(one.descending ? 'column.ascending' : 'column.descending'),
          onPick: () => onChange(setSort(content, one.field, !one.descending)),
        },
        {
          key: 'off',
          icon: 'x',
          label: t('column.unsort'),
          onPick: () => onChange(remove(content, 'sort', one.field)),
        },
      ],
    ),
  )
  const groups = content.group.map((path) =>
    part(`group-${path}`, label(path), [
      {
        key: 'first',
        icon: 'arrowUp',
        label: t('sentence.outermost'),
        onPick: () => onChange(place(content, 'group', { path, numeric: false, before: content.group[0] ?? null })),
      },
      { key: 'off', icon: 'x', label: t('column.ungroup'), onPick: () => onChange(remove(content, 'group', path)) },
    ]),
  )
  const totals = content.totals.map((one) =>
    part(`total-${one.field}`, t('sentence.total', { how: t(`functions.${one.function}`), field: label(one.field) }), [
      ...(['sum', 'avg', 'min', 'max', 'count'] as const).map((how) => ({
        key: how,
        label: t(`functions.${how}`),
        onPick: () => onChange(setTotal(content, one.field, how)),
      })),
      {
        key: 'off',
        icon: 'x' as const,
        divided: true,
        label: t('column.remove'),
        onPick: () => onChange(remove(content, 'totals', one.field)),
      },
    ]),
  )
  return (
    <p className="sentence" role="status">
      <b className="num">{t('sentence.show', { count: count ?? 0, shown, ...manyOf(entity, language) })}</b>
      {t(filter.parts.length ? 'sentence.where' : 'sentence.bare')}
      <FilterPopup
        entity={entity}
        entities={entities}
        value={content.filter}
        onChange={(next) => onChange({ ...content, filter: next })}
        open={filtering}
        onOpen={setFiltering}
      >
        <button type="button" className={filter.parts.length ? 'sentence-part' : 'sentence-part open'}>
          {filter.parts.length ? filter.parts.join(filter.join) : t('sentence.anything')}
        </button>
      </FilterPopup>
      <Clause lead={t('sentence.grouped')} tail={t('sentence.groupedTail')} parts={groups} />
      <Clause lead={t('sentence.sorted')} tail={t('sentence.sortedTail')} parts={sorts} />
      <Clause lead={t('sentence.totals')} tail={t('sentence.totalsTail')} parts={totals} />
    </p>
  )
}

function Clause({ lead, tail, parts }: { lead: string; tail: string; parts: ReactNode[] }) {
  const { t } = useTexts()
  if (!parts.length) return null
  return (
    <>
      <span className="sentence-dot">·</span>
      {lead}
      {parts.map((one, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the parts carry their own keys
        <Fragment key={index}>
          {index > 0 && t('listComma')}
          {one}
        </Fragment>
      ))}
      {tail}
    </>
  )
}
