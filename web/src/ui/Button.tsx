import { Link } from '@tanstack/react-router'
import type { ComponentProps, ReactNode, Ref } from 'react'
import { Icon, type IconName } from './icons'

type Tone = 'plain' | 'primary' | 'quiet' | 'danger'

interface ButtonProps extends Omit<ComponentProps<'button'>, 'className'> {
  tone?: Tone
  icon?: IconName
  small?: boolean
  /** Working: not clickable, and says so. */
  busy?: boolean
  ref?: Ref<HTMLButtonElement>
}

function classes(tone: Tone, small?: boolean, bare?: boolean): string {
  return ['btn', tone, small ? 'small' : '', bare ? 'bare' : ''].filter(Boolean).join(' ')
}

export function Button({ tone = 'plain', icon, small, busy, children, disabled, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      className={classes(tone, small)}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
    >
      <Face icon={icon}>{children}</Face>
    </button>
  )
}

/** Beside an icon the words may be left to the ear where there is no room for them (the top bar of a phone). */
function Face({ icon, children }: { icon?: IconName; children: ReactNode }) {
  if (!icon) return children
  return (
    <>
      <Icon name={icon} />
      <span className="btn-text">{children}</span>
    </>
  )
}

interface IconButtonProps extends Omit<ComponentProps<'button'>, 'className' | 'children'> {
  /** What it does: the accessible name and the hint on hover. */
  label: string
  icon: IconName
  small?: boolean
  /** A number on the corner (unread notices). */
  badge?: number
  ref?: Ref<HTMLButtonElement>
}

/** A button that shows an icon only. */
export function IconButton({ label, icon, small, badge, ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      className={classes('quiet', small, true)}
      aria-label={label}
      title={label}
      data-badge={badge ? (badge > 99 ? '99+' : badge) : undefined}
    >
      <Icon name={icon} />
    </button>
  )
}

/** A link that looks like a button. */
export function LinkButton({
  to,
  search,
  tone = 'plain',
  icon,
  small,
  children,
}: {
  to: string
  search?: Record<string, string>
  tone?: Tone
  icon?: IconName
  small?: boolean
  children: ReactNode
}) {
  return (
    <Link to={to} search={search as never} className={classes(tone, small)}>
      <Face icon={icon}>{children}</Face>
    </Link>
  )
}
