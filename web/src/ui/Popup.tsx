import { Popover } from 'antd'
import type { ReactElement, ReactNode } from 'react'

/** A small panel that belongs to its one child; at most one layer deep, the data stays visible behind it. */
export function Popup({
  open,
  onOpen,
  label,
  content,
  children,
}: {
  open: boolean
  onOpen: (open: boolean) => void
  /** What the panel is about. */
  label: string
  content: ReactNode
  children: ReactElement
}) {
  return (
    <Popover
      open={open}
      onOpenChange={onOpen}
      trigger="click"
      placement="bottomLeft"
      arrow={false}
      destroyOnHidden
      content={
        // Escape closes from anywhere inside; a list that is open inside takes the key first.
        <div
          className="popup"
          role="dialog"
          aria-label={label}
          onKeyDown={(e) => e.key === 'Escape' && !e.defaultPrevented && onOpen(false)}
        >
          {content}
        </div>
      }
    >
      {children}
    </Popover>
  )
}
