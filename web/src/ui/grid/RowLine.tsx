import { memo, type ReactNode } from 'react'
import type { Row } from '@/api/types'
import type { Cell, GridColumn } from './Grid'

/** The part of its width that a column keeps before the grid scrolls sideways. */
export const LEAST = 0.72

/** A column gives a little of its width before the grid scrolls sideways; one whose width somebody chose keeps it. */
export const leastWidth = (column: GridColumn) => (column.fixed ? column.width : Math.round(column.width * LEAST))

export const cellStyle = (column: GridColumn) => ({
  flex: `${column.wide ? 1 : 0.35} 1 ${column.width}px`,
  minWidth: leastWidth(column),
})

interface RowLineProps {
  row: Row | undefined
  index: number
  top: number
  columns: GridColumn[]
  /** The active column, -1 when the active cell is on another line. */
  active: number
  editor?: ReactNode
  onPick: (cell: Cell) => void
  onEdit: (cell: Cell) => boolean
  onOpen: (row: Row) => void
}

/** One record; while its page is on the way the cells are grey lines. */
export const RowLine = memo(function RowLine({
  row,
  index,
  top,
  columns,
  active,
  editor,
  onPick,
  onEdit,
  onOpen,
}: RowLineProps) {
  return (
    <div className="grid-row" role="row" aria-rowindex={index + 2} style={{ transform: `translateY(${top}px)` }}>
      {columns.map((column, at) => {
        const editing = editor !== undefined && at === active
        return (
          <div
            key={column.key}
            role="gridcell"
            className={['cell', column.right ? 'right' : '', editing ? 'editing' : ''].filter(Boolean).join(' ')}
            style={cellStyle(column)}
            data-cell={`${index}:${at}`}
            tabIndex={active === at ? 0 : -1}
            aria-readonly={column.editable ? undefined : true}
            onMouseDown={() => !editing && onPick({ line: index, column: at })}
            onDoubleClick={() => !editing && !onEdit({ line: index, column: at }) && row && onOpen(row)}
          >
            {editing ? editor : row ? column.draw(row) : <i className="ghost-line" />}
          </div>
        )
      })}
    </div>
  )
})
