import { useDndContext, useDraggable, useDroppable } from '@dnd-kit/core'
import { rectSortingStrategy, SortableContext, useSortable, verticalListSortingStrategy } from '@dnd-kit/sortable'
import { CSS } from '@dnd-kit/utilities'
import { memo, type ReactNode } from 'react'
import { useTexts } from '@/locales/i18n'
import { Icon, type IconName } from '../icons'
import { Menu, type MenuItem } from '../Menu'
import { chipId, paletteId, parseId, zoneId } from './ids'

/** A place that takes things; it shows where when something is held, and what it is for while it is empty. */
export function Zone({
  name,
  label,
  icon,
  items,
  hint,
  children,
  vertical,
}: {
  name: string
  label: string
  icon?: IconName
  items: string[]
  hint: ReactNode
  children: ReactNode
  vertical?: boolean
}) {
  const { setNodeRef } = useDroppable({ id: zoneId(name) })
  const { active, over } = useDndContext()
  const isOver = over ? parseId(String(over.id))?.zone === name : false
  return (
    <section
      ref={setNodeRef}
      aria-label={label}
      data-zone={name}
      className={['zone', active ? 'can' : '', active && isOver ? 'over' : '', vertical ? 'vertical' : '']
        .filter(Boolean)
        .join(' ')}
    >
      <div className="zone-label">
        {icon && <Icon name={icon} />}
        {label}
      </div>
      <div className="zone-items">
        <SortableContext
          items={items.map((item) => chipId(name, item))}
          strategy={vertical ? verticalListSortingStrategy : rectSortingStrategy}
        >
          {children}
        </SortableContext>
        {items.length === 0 && <span className="zone-hint">{hint}</span>}
      </div>
    </section>
  )
}

/** A thing in a zone: drag it, press it to open its menu or control, or remove it. */
export function Chip({
  zone,
  item,
  label,
  detail,
  menu,
  wrap,
  onRemove,
  quiet,
}: {
  zone: string
  item: string
  label: string
  detail?: ReactNode
  menu?: MenuItem[]
  /** Wraps the handle into a popup of its own instead of a menu. */
  wrap?: (handle: React.ReactElement) => ReactNode
  onRemove: () => void
  quiet?: boolean
}) {
  const { t } = useTexts()
  const { setNodeRef, attributes, listeners, transform, transition, isDragging } = useSortable({
    id: chipId(zone, item),
  })
  const handle = (
    <button type="button" className="chip-handle" {...attributes} {...listeners} aria-roledescription={t('drag.role')}>
      {label}
      {detail && <span className="chip-detail">{detail}</span>}
    </button>
  )
  return (
    <span
      ref={setNodeRef}
      className={quiet ? 'chip quiet' : 'chip'}
      style={{ transform: CSS.Translate.toString(transform), transition, opacity: isDragging ? 0.35 : 1 }}
    >
      {wrap ? wrap(handle) : menu ? <Menu items={menu}>{handle}</Menu> : handle}
      <button
        type="button"
        className="chip-x"
        aria-label={t('drag.remove', { item: label })}
        title={t('drag.remove', { item: label })}
        onClick={onRemove}
      >
        <Icon name="x" />
      </button>
    </span>
  )
}

/** A thing in the palette: drag it, or press “+” to choose where it goes. */
export const PaletteItem = memo(function PaletteItem({
  item,
  label,
  icon,
  tone,
  used,
  menu,
}: {
  item: string
  label: string
  icon: IconName
  tone: string
  used: boolean
  menu: MenuItem[]
}) {
  const { t } = useTexts()
  const { setNodeRef, attributes, listeners, isDragging } = useDraggable({ id: paletteId(item) })
  return (
    <div className={used ? 'palette-item used' : 'palette-item'} style={{ opacity: isDragging ? 0.4 : 1 }}>
      <button
        ref={setNodeRef}
        type="button"
        className="palette-drag"
        {...attributes}
        {...listeners}
        aria-roledescription={t('drag.role')}
        data-item={item}
      >
        <i className={`type-icon kind-${tone}`}>
          <Icon name={icon} />
        </i>
        <span>{label}</span>
      </button>
      <AddMenu label={label} menu={menu} />
    </div>
  )
})

/** “+”: kept apart, because a menu costs more to draw than all the rest of an item. */
const AddMenu = memo(function AddMenu({ label, menu }: { label: string; menu: MenuItem[] }) {
  const { t } = useTexts()
  const words = t('drag.add', { item: label })
  return (
    <Menu items={menu}>
      <button type="button" className="palette-plus" aria-label={words} title={words}>
        <Icon name="plus" />
      </button>
    </Menu>
  )
})
