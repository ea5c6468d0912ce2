/**
 * A virtual grid of any number of lines: draws only what is on the screen, moves by keyboard like a spreadsheet, and
 * says to screen readers how many lines there are and which one this is.
 */
import { useVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { Row } from '@/api/types'
import { useTexts } from '@/locales/i18n'
import { GroupLine } from './GroupLine'
import { HeadCell } from './HeadCell'
import { type GroupNode, type Layout, lineAt } from './layout'
import { cellStyle, leastWidth, RowLine } from './RowLine'
import './grid.css'

export interface GridColumn {
  key: string
  label: string
  width: number
  right?: boolean
  /** Somebody chose the width: it stays as it is while the grid has room to scroll. */
  fixed?: boolean
  /** Takes the width that is left. */
  wide?: boolean
  sorted?: 'ascending' | 'descending'
  editable?: boolean
  draw: (row: Row) => ReactNode
  menu?: ReactNode
  total?: ReactNode
}

export interface Cell {
  line: number
  column: number
}

export interface GridProps {
  label: string
  layout: Layout
  columns: GridColumn[]
  rowAt: (line: number) => Row | undefined
  onVisible: (first: number, last: number) => void
  onSort: (key: string) => void
  onWidth?: (key: string, width: number) => void
  onOpen: (row: Row) => void
  onToggle: (node: GroupNode) => void
  drawGroup: (node: GroupNode) => ReactNode
  /** Draws the editor of a cell; `done(move)` closes it and may step down or right. */
  drawEditor?: (row: Row, column: string, done: (move?: 'down' | 'right') => void) => ReactNode
  totals?: boolean
  empty?: ReactNode
}

const HEIGHT = 38

const MOVES: Record<string, (cell: Cell, page: number, last: Cell, far: boolean) => Cell> = {
  ArrowDown: (c, _p, last, far) => ({ ...c, line: far ? last.line : c.line + 1 }),
  ArrowUp: (c, _p, _l, far) => ({ ...c, line: far ? 0 : c.line - 1 }),
  ArrowRight: (c, _p, last, far) => ({ ...c, column: far ? last.column : c.column + 1 }),
  ArrowLeft: (c, _p, _l, far) => ({ ...c, column: far ? 0 : c.column - 1 }),
  PageDown: (c, page) => ({ ...c, line: c.line + page }),
  PageUp: (c, page) => ({ ...c, line: c.line - page }),
  Home: (c, _p, _l, far) => ({ line: far ? 0 : c.line, column: 0 }),
  End: (c, _p, last, far) => ({ line: far ? last.line : c.line, column: last.column }),
}

const clamp = (value: number, last: number) => Math.max(0, Math.min(value, Math.max(0, last)))

export function Grid(props: GridProps) {
  const { label, layout, columns, rowAt, onVisible, onOpen, onToggle, drawGroup, drawEditor, empty } = props
  const { t } = useTexts()
  const scroller = useRef<HTMLDivElement>(null)
  const [cell, setCell] = useState<Cell>({ line: 0, column: 0 })
  const [editing, setEditing] = useState(false)
  const focusWanted = useRef(false)
  const last = useMemo(() => ({ line: layout.lines - 1, column: columns.length - 1 }), [layout.lines, columns.length])
  const virtual = useVirtualizer({
    count: layout.lines,
    getScrollElement: () => scroller.current,
    estimateSize: () => HEIGHT,
    overscan: 5,
    scrollPaddingStart: HEIGHT,
    scrollPaddingEnd: props.totals ? HEIGHT : 0,
  })
  const drawn = virtual.getVirtualItems()
  const [first, end] = [drawn[0]?.index ?? 0, drawn.at(-1)?.index ?? 0]
  useEffect(() => onVisible(first, end), [first, end, onVisible])

  const at: Cell = { line: clamp(cell.line, last.line), column: clamp(cell.column, last.column) }
  const moveTo = useCallback(
    (next: Cell) => {
      focusWanted.current = true
      setEditing(false)
      setCell({ line: clamp(next.line, last.line), column: clamp(next.column, last.column) })
    },
    [last],
  )

  // The focus follows the active cell; it may have to be scrolled into view and drawn first.
  useEffect(() => {
    if (!focusWanted.current) return
    virtual.scrollToIndex(at.line)
    let tries = 0
    const focus = () => {
      const target = scroller.current?.querySelector<HTMLElement>(`[data-cell="${at.line}:${at.column}"]`)
      if (target) {
        focusWanted.current = false
        target.focus({ preventScroll: true })
        target.scrollIntoView({ block: 'nearest', inline: 'nearest' })
      } else if (tries < 10) {
        tries += 1
        requestAnimationFrame(focus)
      }
    }
    focus()
  }, [at.line, at.column, virtual])

  const edit = useCallback(
    (target: Cell) => {
      const line = lineAt(layout, target.line)
      if (!drawEditor || line?.kind !== 'row' || !columns[target.column]?.editable || !rowAt(target.line)) return false
      setCell(target)
      setEditing(true)
      return true
    },
    [columns, drawEditor, layout, rowAt],
  )

  const activate = (target: Cell) => {
    const line = lineAt(layout, target.line)
    if (line?.kind === 'group') onToggle(line.node)
    const row = line?.kind === 'row' ? rowAt(target.line) : undefined
    if (row) onOpen(row)
  }

  const onKey = (event: KeyboardEvent) => {
    const inCell = (event.target as HTMLElement).dataset.cell !== undefined
    if (!inCell || event.altKey) return
    const line = lineAt(layout, at.line)
    const move = MOVES[event.key]
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 400) / HEIGHT) - 2)
    if (
      line?.kind === 'group' &&
      (event.key === 'ArrowRight') !== line.node.open &&
      /Arrow(Left|Right)/.test(event.key)
    ) {
      onToggle(line.node)
    } else if (move) moveTo(move(at, page, last, event.ctrlKey || event.metaKey))
    else if (event.key === 'Enter') activate(at)
    else if (event.key === 'F2') edit(at)
    else if (event.key === ' ' && line?.kind === 'group') onToggle(line.node)
    else return
    event.preventDefault()
  }

  const done = (move?: 'down' | 'right') => {
    const step = { down: { line: 1, column: 0 }, right: { line: 0, column: 1 }, none: { line: 0, column: 0 } }[
      move ?? 'none'
    ]
    moveTo({ line: at.line + step.line, column: at.column + step.column })
    focusWanted.current = true
    setEditing(false)
  }

  const width = columns.reduce((sum, column) => sum + leastWidth(column), 0)
  const inView = at.line >= first && at.line <= end
  return (
    <div
      className="grid"
      ref={scroller}
      role="grid"
      aria-label={label}
      aria-rowcount={layout.lines + 1}
      aria-colcount={columns.length}
      tabIndex={inView && layout.lines > 0 ? -1 : 0}
      onKeyDown={onKey}
      onFocus={(event) => event.target === scroller.current && layout.lines > 0 && moveTo(at)}
    >
      <div className="grid-head" role="row" aria-rowindex={1} style={{ minWidth: width }}>
        {columns.map((column, index) => (
          <HeadCell key={column.key} column={column} index={index} onSort={props.onSort} onWidth={props.onWidth} />
        ))}
      </div>
      <div role="rowgroup" className="grid-body" style={{ height: virtual.getTotalSize(), minWidth: width }}>
        {drawn.map(({ index, start, key }) => {
          const line = lineAt(layout, index)
          const active = index === at.line ? at.column : -1
          if (line?.kind === 'group') {
            return (
              <GroupLine
                key={key}
                node={line.node}
                index={index}
                top={start}
                columns={columns.length}
                active={active >= 0}
                onToggle={onToggle}
              >
                {drawGroup(line.node)}
              </GroupLine>
            )
          }
          const row = rowAt(index)
          const editor =
            editing && row && index === at.line ? drawEditor?.(row, columns[at.column]?.key ?? '', done) : undefined
          return (
            <RowLine
              key={key}
              row={row}
              index={index}
              top={start}
              columns={columns}
              active={active}
              editor={editor}
              onPick={setCell}
              onEdit={edit}
              onOpen={onOpen}
            />
          )
        })}
      </div>
      {layout.lines === 0 && empty}
      {props.totals && layout.lines > 0 && (
        <div className="grid-foot" role="row" style={{ minWidth: width }} aria-label={t('grid.totals')}>
          {columns.map((column) => (
            <div
              key={column.key}
              role="gridcell"
              className={column.right ? 'cell right num' : 'cell num'}
              style={cellStyle(column)}
            >
              {column.total}
            </div>
          ))}
        </div>
      )}
    </div>
  )
}
