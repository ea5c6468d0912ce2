import type { ReactNode } from 'react'
import { useTexts } from '@/locales/i18n'
import { Icon } from '../icons'
import type { GroupNode } from './layout'

/** The header of a group: its value, how many, its totals; folds and unfolds. */
export function GroupLine({
  node,
  index,
  top,
  columns,
  active,
  onToggle,
  children,
}: {
  node: GroupNode
  index: number
  top: number
  columns: number
  active: boolean
  onToggle: (node: GroupNode) => void
  children: ReactNode
}) {
  const { t } = useTexts()
  return (
    <div className="grid-row group" role="row" aria-rowindex={index + 2} style={{ transform: `translateY(${top}px)` }}>
      <div
        role="gridcell"
        aria-colspan={columns}
        aria-expanded={node.open}
        className="cell group-cell"
        data-cell={`${index}:0`}
        tabIndex={active ? 0 : -1}
        style={{ paddingLeft: 10 + node.depth * 22 }}
        onClick={() => onToggle(node)}
        title={node.open ? t('grid.fold') : t('grid.unfold')}
      >
        <Icon name={node.open ? 'down' : 'right'} />
        {children}
      </div>
    </div>
  )
}
