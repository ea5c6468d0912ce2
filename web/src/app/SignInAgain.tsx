import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { onExpiry } from '@/api/client'
import { sessionQuery, useSession } from '@/api/session'
import { useTexts } from '@/locales/i18n'
import { SignInForm } from './SignInForm'

/** When the session has ended: sign in right here; the page behind, and what is half typed on it, stays. */
export function SignInAgain() {
  const { t } = useTexts()
  const client = useQueryClient()
  const session = useSession()
  const [expired, setExpired] = useState(false)
  useEffect(() => onExpiry(setExpired), [])
  if (!expired) return null
  return (
    <div className="again">
      <section className="card" role="dialog" aria-modal="true" aria-label={t('again.title')}>
        <h2>{t('again.title')}</h2>
        <p className="mut">{t('again.text')}</p>
        <SignInForm
          email={session?.user.email}
          onDone={(next) => {
            // Somebody else at the same desk: nothing of the former person may stay on the screen.
            if (session && next.user.id !== session.user.id) location.assign('/')
            client.setQueryData(sessionQuery.queryKey, next)
          }}
        />
      </section>
    </div>
  )
}
