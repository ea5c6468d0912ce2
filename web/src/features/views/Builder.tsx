import { type ReactNode, useMemo, useRef, useState } from 'react'
import { type FieldPath, labelOf, pathLabel } from '@/api/model'
import type { Entity, Total, ViewContent } from '@/api/types'
import { pathsOf } from '@/conditions/paths'
import { fieldType } from '@/fields/registry'
import { useTexts } from '@/locales/i18n'
import { DragRoom } from '@/ui/drag/DragRoom'
import type { Dragged, Target } from '@/ui/drag/ids'
import { Chip, PaletteItem, Zone } from '@/ui/drag/Zone'
import { SearchInput } from '@/ui/Inputs'
import { Icon, type IconName } from '@/ui/icons'
import type { MenuItem } from '@/ui/Menu'
import { FilterChips } from './FilterChips'
import { place, remove, setSort, setTotal, stepColumn, uses, ZONES, type ZoneName } from './model'

const ICONS: Record<ZoneName, IconName> = {
  columns: 'table',
  group: 'group',
  sort: 'sort',
  filter: 'filter',
  totals: 'sum',
}

const NO_MENU: MenuItem[] = []

export interface BuilderProps {
  entity: Entity
  entities: Entity[]
  content: ViewContent
  onChange: (content: ViewContent) => void
  children: ReactNode
}

/** The palette of fields and the zones that they are dragged into; the grid below is the live preview. */
export default function Builder({ entity, entities, content, onChange, children }: BuilderProps) {
  const { t, language } = useTexts('views')
  const paths = useMemo(() => pathsOf(entities, entity), [entities, entity])
  const [asking, setAsking] = useState<string | null>(null)
  const find = (path: string) => paths.find((found) => found.path === path)
  const label = (path: string) => {
    const found = find(path)
    return found ? pathLabel(found, language) : path
  }
  const put = (zone: ZoneName, path: string, before: string | null = null) => {
    const found = find(path)
    if (zone === 'filter') setAsking(path)
    else if (found)
      onChange(place(content, zone, { path, numeric: fieldType(found.field.type).right === true, before }))
  }
  const drop = ({ item, from }: Dragged, target: Target) => {
    const zone = ZONES.find((one) => one === target.zone)
    if (zone && !(from === 'filter' && zone === 'filter')) put(zone, item, target.before)
  }
  const chip = (zone: ZoneName, path: string, detail: ReactNode, more: MenuItem[]) => (
    <Chip
      key={path}
      zone={zone}
      item={path}
      label={label(path)}
      detail={detail}
      onRemove={() => onChange(remove(content, zone, path))}
      menu={[
        ...more,
        ...ZONES.filter((other) => other !== zone).map((other, index) => ({
          key: `to-${other}`,
          icon: ICONS[other],
          divided: index === 0 && more.length > 0,
          label: t('alsoIn', { zone: t(`zones.${other}`) }),
          onPick: () => put(other, path),
        })),
        {
          key: 'remove',
          icon: 'x' as const,
          divided: true,
          label: t('column.remove'),
          onPick: () => onChange(remove(content, zone, path)),
        },
      ]}
    />
  )
  const move = (path: string): MenuItem[] => [
    { key: 'left', icon: 'left', label: t('column.left'), onPick: () => onChange(stepColumn(content, path, -1)) },
    { key: 'right', icon: 'right', label: t('column.right'), onPick: () => onChange(stepColumn(content, path, 1)) },
  ]
  return (
    <DragRoom onDrop={drop} itemLabel={label} zoneLabel={(zone) => t(`zones.${zone}`, { defaultValue: zone })}>
      <div className="view-builder">
        <FieldPalette entity={entity} entities={entities} paths={paths} content={content} onPut={put} />
        <div className="view-work">
          <div className="view-zones">
            <Zone
              name="columns"
              icon={ICONS.columns}
              label={t('zones.columns')}
              items={content.columns.map((one) => one.field)}
              hint={t('hints.columns')}
            >
              {content.columns.map((one) => chip('columns', one.field, null, move(one.field)))}
            </Zone>
            <Zone
              name="group"
              icon={ICONS.group}
              label={t('zones.group')}
              items={content.group}
              hint={t('hints.group')}
            >
              {content.group.map((path) => chip('group', path, null, []))}
            </Zone>
            <Zone
              name="filter"
              icon={ICONS.filter}
              label={t('zones.filter')}
              items={content.filter || asking ? ['filter'] : []}
              hint={<FilterHint paths={paths} onPick={setAsking} />}
            >
              <FilterChips
                entity={entity}
                entities={entities}
                value={content.filter}
                asking={asking}
                onAsk={setAsking}
                onChange={(filter) => onChange({ ...content, filter })}
              />
            </Zone>
            <Zone
              name="sort"
              icon={ICONS.sort}
              label={t('zones.sort')}
              items={content.sort.map((one) => one.field)}
              hint={t('hints.sort')}
            >
              {content.sort.map((one) =>
                chip('sort', one.field, <Icon name={one.descending ? 'arrowDown' : 'arrowUp'} />, [
                  {
                    key: 'up',
                    icon: 'arrowUp',
                    label: t('column.ascending'),
                    onPick: () => onChange(setSort(content, one.field, false)),
                  },
                  {
                    key: 'down',
                    icon: 'arrowDown',
                    label: t('column.descending'),
                    onPick: () => onChange(setSort(content, one.field, true)),
                  },
                ]),
              )}
            </Zone>
            <Zone
              name="totals"
              icon={ICONS.totals}
              label={t('zones.totals')}
              items={content.totals.map((one) => one.field)}
              hint={t('hints.totals')}
            >
              {content.totals.map((one) =>
                chip(
                  'totals',
                  one.field,
                  t(`functions.${one.function}`),
                  totalItems(one, find(one.field), content, onChange, t),
                ),
              )}
            </Zone>
          </div>
          {children}
        </div>
      </div>
    </DragRoom>
  )
}

function totalItems(
  total: Total,
  found: FieldPath | undefined,
  content: ViewContent,
  onChange: BuilderProps['onChange'],
  t: (key: string) => string,
): MenuItem[] {
  const functions =
    found && fieldType(found.field.type).right ? (['sum', 'avg', 'min', 'max', 'count'] as const) : (['count'] as const)
  return functions.map((how) => ({
    key: how,
    icon: total.function === how ? ('check' as const) : undefined,
    label: t(`functions.${how}`),
    onPick: () => onChange(setTotal(content, total.field, how)),
  }))
}

/** An empty filter offers an example made of the entity's own fields. */
function FilterHint({ paths, onPick }: { paths: FieldPath[]; onPick: (path: string) => void }) {
  const { t, language } = useTexts('views')
  const example = paths.find((found) => found.field.value_kind === 'choice') ?? paths[0]
  return (
    <>
      {t('hints.filter')}{' '}
      {example && (
        <button type="button" className="try" onClick={() => onPick(example.path)}>
          {t('tryFilter', { field: pathLabel(example, language) })}
        </button>
      )}
    </>
  )
}

/** Memoised item by item: an edit of the view redraws only the fields that came into use or went out of it. */
function FieldPalette({
  entity,
  entities,
  paths,
  content,
  onPut,
}: {
  entity: Entity
  entities: Entity[]
  paths: FieldPath[]
  content: ViewContent
  onPut: (zone: ZoneName, path: string) => void
}) {
  const { t, language } = useTexts('views')
  const [text, setText] = useState('')
  const latest = useRef(onPut)
  latest.current = onPut
  const menus = useMemo(
    () =>
      new Map(
        paths.map((found): [string, MenuItem[]] => [
          found.path,
          ZONES.map((zone) => ({
            key: zone,
            icon: ICONS[zone],
            label: t('addTo', { zone: t(`zones.${zone}`) }),
            onPick: () => latest.current(zone, found.path),
          })),
        ]),
      ),
    [paths, t],
  )
  const wanted = text.trim().toLowerCase()
  const shown = paths.filter(
    (found) => pathLabel(found, language).toLowerCase().includes(wanted) || found.path.includes(wanted),
  )
  const groups = new Map<string, FieldPath[]>()
  for (const found of shown) {
    const [first] = found.steps
    const target = entities.find((one) => one.key === first?.to)
    const through =
      found.steps.length > 1 && first ? `${labelOf(first, language)} › ${target ? labelOf(target, language) : ''}` : ''
    const heading = through || (found.field.system ? t('systemFields') : labelOf(entity, language))
    groups.set(heading, [...(groups.get(heading) ?? []), found])
  }
  return (
    <aside className="palette-room" aria-label={t('fields')}>
      <header>
        <h2>{t('fields')}</h2>
        <SearchInput label={t('searchFields')} value={text} onChange={setText} />
      </header>
      <div className="palette-list" tabIndex={-1}>
        {[...groups].map(([heading, members]) => (
          <div key={heading}>
            <h3>{heading}</h3>
            {members.map((found) => (
              <PaletteItem
                key={found.path}
                item={found.path}
                label={labelOf(found.field, language)}
                icon={fieldType(found.field.type).icon}
                tone={found.field.value_kind}
                used={uses(content, found.path)}
                menu={menus.get(found.path) ?? NO_MENU}
              />
            ))}
          </div>
        ))}
      </div>
      <p className="hint">{t('app:drag.how')}</p>
    </aside>
  )
}
