import { useSession } from '@/api/session'
import { useTexts } from '@/locales/i18n'
import { Button } from '@/ui/Button'
import { CopyLine } from '@/ui/CopyLine'
import { Loading } from '@/ui/Empty'
import { Icon } from '@/ui/icons'
import { ProblemNote } from '@/ui/ProblemNote'
import { formatInstant } from '@/values/time'
import type { SignInLink as Link, Person } from './api'

/** A link just made for a person: what it is good for, until when, and the way to take it along. */
export function SignInLink({
  person,
  link,
  error,
  onDone,
}: {
  person: Person
  link: Link | undefined
  error: unknown
  onDone: () => void
}) {
  const { t } = useTexts('admin')
  const zone = useSession()?.workspace.timezone ?? 'UTC'
  if (error) return <ProblemNote error={error} />
  if (!link) return <Loading lines={2} />
  return (
    <div className="stack">
      <div className="secret">
        <p>
          <Icon name="info" />
          {t('link.about', { name: person.name, until: formatInstant(link.expires_at, zone) })}
        </p>
        <CopyLine label={t('link.label')} value={location.origin + link.path} />
      </div>
      <p className="hint">{t('link.hint')}</p>
      <div className="line">
        <Button onClick={onDone}>{t('app:done')}</Button>
      </div>
    </div>
  )
}
