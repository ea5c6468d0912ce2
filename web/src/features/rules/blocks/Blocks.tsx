import type { Entity } from '@/api/types'
import { useTexts } from '@/locales/i18n'
import { Button, IconButton } from '@/ui/Button'
import { Segmented } from '@/ui/Inputs'
import { Menu, type MenuItem } from '@/ui/Menu'
import { BlockRow } from './BlockRow'
import { firstSubject, freshRow } from './choices'
import { append, type Block, type Group, type Place, put, type Row } from './model'

interface Shared {
  root: Group
  entity: Entity
  entities: Entity[]
  onChange: (root: Group) => void
}

/** The condition as groups and rows; every change gives the whole condition anew. */
export function Blocks(props: Shared) {
  return <GroupBox {...props} group={props.root} place={[]} />
}

function GroupBox({ group, place, ...shared }: Shared & { group: Group; place: Place }) {
  const { t } = useTexts('rules')
  const { root, entity, entities, onChange } = shared
  const row = () => freshRow(firstSubject(entities, entity), entities, entity)
  const name = group.join === 'and' ? t('blocks.all') : t('blocks.any')
  return (
    <div className="block-group" role="group" aria-label={name}>
      <div className="block-head">
        <Segmented
          label={t('blocks.join')}
          value={group.join}
          onChange={(join) => onChange(put(root, place, { ...group, join }))}
          options={[
            { value: 'and', label: t('blocks.all') },
            { value: 'or', label: t('blocks.any') },
          ]}
        />
        {place.length > 0 && (
          <IconButton small icon="x" label={t('blocks.removeGroup')} onClick={() => onChange(put(root, place, null))} />
        )}
      </div>
      <div className="block-items">
        {group.items.map((item, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: blocks have no ids; their place is their identity
          <div className="block-line" key={at}>
            <span className="block-join">{at > 0 ? t(`blocks.joins.${group.join}`) : ''}</span>
            <Line {...shared} item={item} place={[...place, at]} />
          </div>
        ))}
        <div className="block-add">
          <Button small icon="plus" onClick={() => onChange(append(root, place, row()))}>
            {t('blocks.add')}
          </Button>
          {place.length < 3 && (
            <Button
              small
              tone="quiet"
              icon="plus"
              onClick={() => onChange(append(root, place, { kind: 'group', join: other(group.join), items: [row()] }))}
            >
              {t('blocks.addGroup')}
            </Button>
          )}
        </div>
      </div>
    </div>
  )
}

const other = (join: Group['join']) => (join === 'and' ? 'or' : 'and')

function Line({ item, place, ...shared }: Shared & { item: Block; place: Place }) {
  const { t } = useTexts('rules')
  const { root, entity, entities, onChange } = shared
  if (item.kind === 'group') return <GroupBox {...shared} group={item} place={place} />
  const set = (row: Row) => onChange(put(root, place, row))
  const extras = menuOf(item, set, t)
  return (
    <div className="block-row">
      <div className="block-controls">
        <BlockRow row={item} entity={entity} entities={entities} onChange={set} />
      </div>
      {extras.length > 0 && (
        <Menu items={extras}>
          <IconButton small icon="more" label={t('blocks.more')} />
        </Menu>
      )}
      <IconButton small icon="x" label={t('blocks.remove')} onClick={() => onChange(put(root, place, null))} />
    </div>
  )
}

/** What a row can have besides: a time that it must hold, a condition of the related records. */
function menuOf(row: Row, set: (row: Row) => void, t: (key: string) => string): MenuItem[] {
  if (row.kind === 'field') {
    const held = row.held ? null : { amount: '72', unit: 'hours' }
    const label = row.held ? t('blocks.dropHeld') : t('blocks.addHeld')
    return [{ key: 'held', icon: 'clock', label, onPick: () => set({ ...row, held }) }]
  }
  if (row.kind === 'related') {
    const where = row.where === null ? '' : null
    const label = row.where === null ? t('blocks.addWhere') : t('blocks.dropWhere')
    return [{ key: 'where', icon: 'filter', label, onPick: () => set({ ...row, where }) }]
  }
  return []
}
