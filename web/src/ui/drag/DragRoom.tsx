/**
 * A room in which things are dragged between zones: by mouse or touch, by keyboard (Space picks up, arrows choose,
 * Space drops, Escape cancels) with announcements. The third path, a menu, belongs to each thing.
 *
 * Draggables are `pal:<item>` (from a palette) and `chip:<zone>/<item>` (already in a zone); zones are `zone:<name>`.
 */
import {
  type Announcements,
  type CollisionDetection,
  closestCorners,
  DndContext,
  type DragEndEvent,
  DragOverlay,
  KeyboardCode,
  type KeyboardCoordinateGetter,
  KeyboardSensor,
  type KeyboardSensorProps,
  PointerSensor,
  pointerWithin,
  useSensor,
  useSensors,
} from '@dnd-kit/core'
import { sortableKeyboardCoordinates } from '@dnd-kit/sortable'
import { type ReactNode, useMemo, useState } from 'react'
import { useTexts } from '@/locales/i18n'
import { type Dragged, parseId, type Target } from './ids'
import './drag.css'

const KEYS = { start: [KeyboardCode.Space], cancel: [KeyboardCode.Esc], end: [KeyboardCode.Space, KeyboardCode.Enter] }

/**
 * Pointers need to be inside something, else a release anywhere would drop into the nearest zone; chips win over zones.
 * By keyboard the zone under the thing's corner counts, and for a chip the nearest chip of that zone.
 */
const collide: CollisionDetection = (args) => {
  if (args.pointerCoordinates) {
    return pointerWithin(args).sort((a, b) => Number(isZone(a.id)) - Number(isZone(b.id)))
  }
  const { left, top } = args.collisionRect
  const zone = args.droppableContainers.find(({ id, rect: { current } }) => {
    const inside =
      current && left >= current.left && left <= current.right && top >= current.top && top <= current.bottom
    return inside && isZone(id)
  })
  if (!zone) return []
  const name = parseId(String(zone.id))?.zone
  const chips = args.droppableContainers.filter(({ id }) => !isZone(id) && parseId(String(id))?.zone === name)
  const fromPalette = String(args.active.id).startsWith('pal:')
  return fromPalette || !chips.length ? [{ id: zone.id }] : closestCorners({ ...args, droppableContainers: chips })
}

const isZone = (id: unknown) => String(id).startsWith('zone:')

/** Up and down hop between zones; left and right too for a palette item, within its zone for a chip. */
const zoneKeys: KeyboardCoordinateGetter = (event, args) => {
  const { context } = args
  const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.code]
  if (!step) return undefined
  const fromPalette = String(context.active?.id).startsWith('pal:')
  if (!fromPalette && (event.code === 'ArrowLeft' || event.code === 'ArrowRight'))
    return sortableKeyboardCoordinates(event, args)
  event.preventDefault()
  const place = (zone: string) => context.droppableRects.get(zone) ?? { left: 0, top: 0 }
  const zones = [...context.droppableContainers.getEnabled()]
    .map((one) => String(one.id))
    .filter(isZone)
    .sort((a, b) => place(a).top - place(b).top || place(a).left - place(b).left)
  const over = context.over ? parseId(String(context.over.id)) : null
  const now = over ? zones.indexOf(`zone:${over.zone}`) : -1
  const next = zones[now < 0 ? 0 : (now + step + zones.length) % zones.length]
  const rect = next && context.droppableRects.get(next)
  return rect ? { x: rect.left + 6, y: rect.top + 6 } : undefined
}

/**
 * The sensor would rather scroll what the held thing lies in than leave it. A thing from a palette always leaves its
 * list: only what the zones lie in may scroll.
 */
class ZoneKeyboardSensor extends KeyboardSensor {
  constructor(props: KeyboardSensorProps) {
    const { context } = props
    const leaves = String(props.active).startsWith('pal:')
    const zones = {
      get current() {
        const { scrollableAncestors, activeNode } = context.current
        const kept = scrollableAncestors.filter((one) => !leaves || !one.contains(activeNode))
        return { ...context.current, scrollableAncestors: kept }
      },
    }
    super({ ...props, context: zones })
  }
}

export function DragRoom({
  onDrop,
  itemLabel,
  zoneLabel,
  children,
}: {
  onDrop: (dragged: Dragged, target: Target) => void
  itemLabel: (item: string) => string
  zoneLabel: (zone: string) => string
  children: ReactNode
}) {
  const { t } = useTexts()
  const [held, setHeld] = useState<string | null>(null)
  const sensors = useSensors(
    useSensor(PointerSensor, { activationConstraint: { distance: 5 } }),
    useSensor(ZoneKeyboardSensor, { coordinateGetter: zoneKeys, keyboardCodes: KEYS }),
  )
  const announcements = useMemo(() => announce(t, itemLabel, zoneLabel), [t, itemLabel, zoneLabel])
  const end = ({ active, over }: DragEndEvent) => {
    setHeld(null)
    const dragged = parseId(String(active.id))
    const target = over && over.id !== active.id ? parseId(String(over.id)) : null
    if (dragged && target?.zone)
      onDrop({ item: dragged.item, from: dragged.zone }, { zone: target.zone, before: target.item || null })
  }
  return (
    <DndContext
      sensors={sensors}
      collisionDetection={collide}
      onDragStart={({ active }) => setHeld(String(active.id))}
      onDragCancel={() => setHeld(null)}
      onDragEnd={end}
      accessibility={{ announcements, screenReaderInstructions: { draggable: t('drag.how') } }}
    >
      {children}
      <DragOverlay dropAnimation={null}>
        {held && <div className="drag-held">{itemLabel(parseId(held)?.item ?? '')}</div>}
      </DragOverlay>
    </DndContext>
  )
}

type Texts = ReturnType<typeof useTexts>['t']

function announce(t: Texts, itemLabel: (item: string) => string, zoneLabel: (zone: string) => string): Announcements {
  const item = (id: unknown) => itemLabel(parseId(String(id))?.item ?? '')
  const place = (id: unknown) => {
    const found = parseId(String(id))
    const zone = zoneLabel(found?.zone ?? '')
    return found?.item && found.zone ? t('drag.before', { zone, item: itemLabel(found.item) }) : zone
  }
  return {
    onDragStart: ({ active }) => t('drag.picked', { item: item(active.id) }),
    onDragOver: ({ active, over }) =>
      over ? t('drag.over', { item: item(active.id), place: place(over.id) }) : undefined,
    onDragEnd: ({ active, over }) =>
      over ? t('drag.dropped', { item: item(active.id), place: place(over.id) }) : t('drag.cancelled'),
    onDragCancel: () => t('drag.cancelled'),
  }
}
