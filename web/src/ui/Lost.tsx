import { ApiProblem } from '@/api/problem'
import { useTexts } from '@/locales/i18n'
import { LinkButton } from './Button'
import { Empty } from './Empty'
import { ProblemNote } from './ProblemNote'

/** What stands where something should be that is not there (any more): why, and the way on. */
export function Lost({ error, to = '/', way }: { error?: unknown; to?: string; way?: string }) {
  const { t } = useTexts()
  if (error && !(error instanceof ApiProblem && error.status === 404)) return <ProblemNote error={error} />
  return (
    <Empty
      icon="search"
      title={t('lost.title')}
      action={
        <LinkButton to={to} tone="primary">
          {way ?? t('crash.home')}
        </LinkButton>
      }
    >
      {error instanceof ApiProblem ? error.general.join(' ') || error.message : t('lost.text')}
    </Empty>
  )
}
