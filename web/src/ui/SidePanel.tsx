import { type ReactNode, useEffect, useId, useRef } from 'react'
import { createPortal } from 'react-dom'
import { useTexts } from '@/locales/i18n'
import { IconButton } from './Button'
import { goBack, whereFrom } from './focus'

/** A panel at the side: one layer, the page stays visible and usable behind it. Escape closes it. */
export function SidePanel({
  title,
  onClose,
  children,
  foot,
}: {
  title: string
  onClose: () => void
  children: ReactNode
  foot?: ReactNode
}) {
  const { t } = useTexts()
  const id = useId()
  const panel = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const before = whereFrom()
    panel.current?.focus()
    return () => goBack(before)
  }, [])
  const close = useRef(onClose)
  close.current = onClose
  useEffect(() => {
    // A control that went away under the hand takes the focus with it: Escape closes all the same.
    const onKey = (event: KeyboardEvent) => {
      const nowhere = document.activeElement === document.body || document.activeElement === null
      if (event.key === 'Escape' && !event.defaultPrevented && nowhere) close.current()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [])
  // At the end of the document: what is written about lists and cards does not concern a panel that belongs to them.
  return createPortal(
    <div
      ref={panel}
      className="side-panel"
      role="dialog"
      aria-labelledby={id}
      tabIndex={-1}
      onKeyDown={(event) => event.key === 'Escape' && !event.defaultPrevented && onClose()}
    >
      <header>
        <h2 id={id}>{title}</h2>
        <IconButton icon="x" label={t('close')} onClick={onClose} />
      </header>
      <div className="side-body">{children}</div>
      {foot && <footer>{foot}</footer>}
    </div>,
    document.body,
  )
}
