import type { ReactNode } from 'react'
import { Icon, type IconName } from './icons'

/** Nothing here yet: says what would be here and offers the first step. */
export function Empty({
  icon = 'table',
  title,
  children,
  action,
}: {
  icon?: IconName
  title: string
  children?: ReactNode
  action?: ReactNode
}) {
  return (
    <div className="empty">
      <span className="empty-icon">
        <Icon name={icon} />
      </span>
      <h2>{title}</h2>
      {children && <p>{children}</p>}
      {action && <div className="empty-action">{action}</div>}
    </div>
  )
}

/** Grey lines in place of what is being read; they appear only when it takes longer than a moment. */
export function Loading({ lines = 5 }: { lines?: number }) {
  return (
    <div className="loading" aria-busy="true">
      {Array.from({ length: lines }, (_, line) => line).map((line) => (
        <i key={line} style={{ width: `${90 - ((line * 17) % 45)}%` }} />
      ))}
    </div>
  )
}
