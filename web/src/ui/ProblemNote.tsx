import type { ReactNode } from 'react'
import { ApiProblem } from '@/api/problem'
import { useTexts } from '@/locales/i18n'
import { Button } from './Button'
import { Icon } from './icons'

/** What went wrong, in words, with a way out; a failure of ours carries its number. */
export function ProblemNote({
  error,
  onRetry,
  children,
  /** Fields whose errors are shown at their places already. */
  placed = [],
  intoSight = false,
}: {
  error: unknown
  onRetry?: () => void
  children?: ReactNode
  placed?: string[]
  /** Scrolled to when it comes: where it answers a button that stays in place. */
  intoSight?: boolean
}) {
  const { t } = useTexts()
  const lines = linesOf(error, placed, t('offline'), t('failed'))
  if (!lines.length) return null
  return (
    <div className="problem" role="alert" ref={intoSight ? scrollTo : undefined}>
      <Icon name="warning" />
      <div>
        {lines.map((line) => (
          <p key={line}>{line}</p>
        ))}
        {error instanceof ApiProblem && error.errorId && (
          <p className="mut">{t('errorNumber', { id: error.errorId })}</p>
        )}
        {children}
      </div>
      {onRetry && (
        <Button small onClick={onRetry}>
          {t('retry')}
        </Button>
      )}
    </div>
  )
}

function scrollTo(place: HTMLElement | null) {
  place?.scrollIntoView({ block: 'nearest' })
}

function linesOf(error: unknown, placed: string[], offline: string, failed: string): string[] {
  if (!(error instanceof ApiProblem)) return [failed]
  if (error.offline) return [offline]
  const rest = error.problems.filter((problem) => !problem.field || !placed.includes(problem.field))
  const lines = error.problems.length ? rest.map((problem) => problem.message) : [error.message]
  return [...new Set(lines.filter(Boolean))]
}
