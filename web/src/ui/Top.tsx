import { Link } from '@tanstack/react-router'
import { createContext, type ReactNode, useContext, useEffect } from 'react'
import { Icon } from './icons'

/** What the shell puts at the right of every top bar (notices, language, theme, account). */
export const TopControls = createContext<ReactNode>(null)

export interface Crumb {
  label: string
  to: string
  search?: Record<string, string>
}

/** The bar above a page: where am I, what state is it in, what can I do with it. */
export function Top({
  title,
  crumbs = [],
  state,
  children,
}: {
  title: string
  crumbs?: Crumb[]
  /** Pills beside the title: draft, published. */
  state?: ReactNode
  /** The page's actions. */
  children?: ReactNode
}) {
  const controls = useContext(TopControls)
  useEffect(() => {
    document.title = `${title} · Ruleloom`
  }, [title])
  return (
    <header className="top">
      <div className="where">
        {crumbs.map((crumb) => (
          <span key={crumb.to + crumb.label} className="crumb">
            <Link to={crumb.to} search={crumb.search as never}>
              {crumb.label}
            </Link>
            <Icon name="right" />
          </span>
        ))}
        <h1>{title}</h1>
        {state}
      </div>
      <div className="actions">{children}</div>
      <div className="controls">{controls}</div>
    </header>
  )
}

/** A short state in words; the tone only underlines it. */
export function Pill({
  tone = 'slate',
  children,
}: {
  tone?: 'slate' | 'amber' | 'green' | 'red'
  children: ReactNode
}) {
  return <span className={`pill ${tone}`}>{children}</span>
}
