import { memo, type PointerEvent, useRef } from 'react'
import { useTexts } from '@/locales/i18n'
import { Icon } from '../icons'
import type { GridColumn } from './Grid'
import { cellStyle } from './RowLine'

const LEAST = 60

/** The head of a column: a click sorts, the edge drags its width (the menu has the same by keyboard). */
export const HeadCell = memo(function HeadCell({
  column,
  index,
  onSort,
  onWidth,
}: {
  column: GridColumn
  index: number
  onSort: (key: string) => void
  onWidth?: (key: string, width: number) => void
}) {
  const { t } = useTexts()
  const from = useRef<{ x: number; width: number } | null>(null)
  const start = (event: PointerEvent) => {
    event.currentTarget.setPointerCapture(event.pointerId)
    from.current = { x: event.clientX, width: event.currentTarget.parentElement?.offsetWidth ?? column.width }
  }
  const stop = (event: PointerEvent) => {
    if (!from.current) return
    onWidth?.(column.key, Math.max(LEAST, Math.round(from.current.width + event.clientX - from.current.x)))
    from.current = null
  }
  return (
    <div
      role="columnheader"
      className={column.right ? 'cell right head' : 'cell head'}
      style={cellStyle(column)}
      aria-colindex={index + 1}
      aria-sort={column.sorted ?? 'none'}
    >
      <button
        type="button"
        className="head-sort"
        title={t('grid.sort', { field: column.label })}
        onClick={() => onSort(column.key)}
      >
        <span>{column.label}</span>
        {column.sorted && <Icon name={column.sorted === 'ascending' ? 'arrowUp' : 'arrowDown'} />}
      </button>
      {column.menu}
      {onWidth && <i className="head-edge" aria-hidden="true" onPointerDown={start} onPointerUp={stop} />}
    </div>
  )
})
