import { useVirtualizer } from '@tanstack/react-virtual'
import { type ReactNode, useEffect, useRef } from 'react'

/** A long list of which only what is near the screen exists; asks for more when its end comes near. */
export function VirtualList({
  count,
  size,
  gap = 8,
  label,
  children,
  onEnd,
}: {
  count: number
  /** A usual item's height in pixels; the real one is measured. */
  size: number
  gap?: number
  label: string
  children: (at: number) => ReactNode
  onEnd?: () => void
}) {
  const room = useRef<HTMLDivElement>(null)
  const list = useVirtualizer({
    count,
    getScrollElement: () => room.current,
    estimateSize: () => size,
    gap,
    overscan: 4,
  })
  const shown = list.getVirtualItems()
  const last = shown.at(-1)?.index ?? -1
  useEffect(() => {
    if (last >= count - 3) onEnd?.()
  }, [last, count, onEnd])
  return (
    <div ref={room} className="virtual-list" tabIndex={0} role="list" aria-label={label}>
      <div style={{ height: list.getTotalSize(), position: 'relative' }}>
        {shown.map((item) => (
          <div
            key={item.key}
            ref={list.measureElement}
            data-index={item.index}
            role="listitem"
            aria-setsize={count}
            aria-posinset={item.index + 1}
            style={{ position: 'absolute', insetInline: 0, transform: `translateY(${item.start}px)` }}
          >
            {children(item.index)}
          </div>
        ))}
      </div>
    </div>
  )
}
