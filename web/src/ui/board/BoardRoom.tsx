/** Cards that are carried between lanes: by mouse, by a long touch, or with Space and the arrow keys. */
import {
  type Announcements,
  type CollisionDetection,
  closestCenter,
  DndContext,
  type DragEndEvent,
  DragOverlay,
  type DragStartEvent,
  KeyboardCode,
  type KeyboardCoordinateGetter,
  KeyboardSensor,
  MouseSensor,
  pointerWithin,
  TouchSensor,
  useDraggable,
  useDroppable,
  useSensor,
  useSensors,
} from '@dnd-kit/core'
import { type ReactNode, useState } from 'react'
import { useTexts } from '@/locales/i18n'
import { Icon } from '../icons'

const KEYS = { start: [KeyboardCode.Space], cancel: [KeyboardCode.Esc], end: [KeyboardCode.Space, KeyboardCode.Enter] }

/** A pointer must be inside a lane: a release beside the lanes drops nothing. */
const collide: CollisionDetection = (args) => (args.pointerCoordinates ? pointerWithin(args) : closestCenter(args))

/** Left and right hop from lane to lane. */
const laneKeys: KeyboardCoordinateGetter = (event, { context }) => {
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.code]
  if (!step) return undefined
  event.preventDefault()
  const lanes = [...context.droppableContainers.getEnabled()].map((one) => one.id)
  const from = context.over?.id ?? context.active?.data.current?.lane
  const next = lanes[(lanes.indexOf(from) + step + lanes.length) % lanes.length]
  const rect = next === undefined ? undefined : context.droppableRects.get(next)
  const held = context.collisionRect
  if (!rect || !held) return undefined
  context.droppableContainers.get(next ?? '')?.node.current?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  return { x: rect.left + (rect.width - held.width) / 2, y: rect.top + Math.min(60, rect.height / 2) }
}

export interface Carried {
  card: string
  from: string
  label: string
}

export function BoardRoom({
  laneLabel,
  onDrop,
  overlay,
  children,
}: {
  laneLabel: (lane: string) => string
  onDrop: (carried: Carried, lane: string) => void
  overlay: (card: string) => ReactNode
  children: ReactNode
}) {
  const { t } = useTexts('boards')
  const [held, setHeld] = useState<string | null>(null)
  const sensors = useSensors(
    useSensor(MouseSensor, { activationConstraint: { distance: 6 } }),
    useSensor(TouchSensor, { activationConstraint: { delay: 220, tolerance: 8 } }),
    useSensor(KeyboardSensor, { coordinateGetter: laneKeys, keyboardCodes: KEYS }),
  )
  const end = ({ active, over }: DragEndEvent) => {
    setHeld(null)
    const carried = carriedOf(active)
    if (carried && over && String(over.id) !== carried.from) onDrop(carried, String(over.id))
  }
  return (
    <DndContext
      sensors={sensors}
      collisionDetection={collide}
      onDragStart={({ active }: DragStartEvent) => setHeld(String(active.id))}
      onDragCancel={() => setHeld(null)}
      onDragEnd={end}
      accessibility={{
        announcements: announcements(t, laneLabel),
        screenReaderInstructions: { draggable: t('drag.how') },
      }}
    >
      {children}
      <DragOverlay dropAnimation={null}>{held && overlay(held)}</DragOverlay>
    </DndContext>
  )
}

function carriedOf(active: { id: unknown; data: { current?: Record<string, unknown> } }): Carried | null {
  const { lane, label } = active.data.current ?? {}
  return typeof lane === 'string' ? { card: String(active.id), from: lane, label: String(label ?? '') } : null
}

type Texts = ReturnType<typeof useTexts>['t']

function announcements(t: Texts, laneLabel: (lane: string) => string): Announcements {
  const card = (active: Parameters<typeof carriedOf>[0]) => carriedOf(active)?.label ?? ''
  return {
    onDragStart: ({ active }) =>
      t('drag.picked', { card: card(active), stage: laneLabel(carriedOf(active)?.from ?? '') }),
    onDragOver: ({ active, over }) =>
      over ? t('drag.over', { card: card(active), stage: laneLabel(String(over.id)) }) : undefined,
    onDragEnd: ({ active, over }) =>
      over ? t('drag.dropped', { card: card(active), stage: laneLabel(String(over.id)) }) : t('drag.cancelled'),
    onDragCancel: () => t('drag.cancelled'),
  }
}

/** A column that takes cards. */
export function Lane({ lane, label, children }: { lane: string; label: string; children: ReactNode }) {
  const { setNodeRef, isOver, active } = useDroppable({ id: lane })
  const from = active ? carriedOf(active)?.from : null
  const state = active && from !== lane ? (isOver ? ' over' : ' can') : ''
  return (
    <section ref={setNodeRef} className={`lane${state}`} aria-label={label} data-lane={lane}>
      {children}
    </section>
  )
}

/** A card; the whole of it is carried by pointer, its grip by keyboard. */
export function Card({
  card,
  lane,
  label,
  busy,
  children,
}: {
  card: string
  lane: string
  label: string
  busy: boolean
  children: ReactNode
}) {
  const { t } = useTexts('boards')
  const { setNodeRef, setActivatorNodeRef, attributes, listeners, isDragging } = useDraggable({
    id: card,
    data: { lane, label },
    disabled: busy,
  })
  return (
    <div
      ref={setNodeRef}
      {...listeners}
      className={`board-card${isDragging ? ' lifted' : ''}${busy ? ' busy' : ''}`}
      data-card={card}
    >
      {children}
      <button
        ref={setActivatorNodeRef}
        type="button"
        {...attributes}
        className="board-grip"
        aria-label={t('drag.grip', { card: label })}
        aria-roledescription={t('drag.role')}
      >
        <Icon name="grip" />
      </button>
    </div>
  )
}
