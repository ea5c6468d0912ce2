import { useDndContext, useDroppable } from '@dnd-kit/core'
import type { ReactNode } from 'react'
import { parseId, zoneId } from './ids'

/** A place that takes one thing; what it holds is drawn inside. */
export function DropSpot({ name, label, children }: { name: string; label: string; children: ReactNode }) {
  const { setNodeRef } = useDroppable({ id: zoneId(name) })
  const { active, over } = useDndContext()
  const isOver = over ? parseId(String(over.id))?.zone === name : false
  const state = active ? (isOver ? ' over' : ' can') : ''
  return (
    <div ref={setNodeRef} className={`drop-spot${state}`} role="group" aria-label={label} data-zone={name}>
      {children}
    </div>
  )
}
