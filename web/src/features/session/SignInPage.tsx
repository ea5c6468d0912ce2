import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useRouter, useSearch } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { doorQuery, sessionQuery, signIn } from '@/api/session'
import type { Session } from '@/api/types'
import { setTheme, useTheme } from '@/app/preferences'
import { SignInForm } from '@/app/SignInForm'
import { switchLanguage, useTexts } from '@/locales/i18n'
import { Button, IconButton } from '@/ui/Button'
import { Icon } from '@/ui/icons'
import { ProblemNote } from '@/ui/ProblemNote'
import { FirstPerson } from './FirstPerson'
import './session.css'

/** Only an address of our own may follow the sign-in. */
const safe = (next: string | undefined) =>
  next && /^\/(?![/\\])/.test(next) && !next.startsWith('/sign-in') ? next : '/'

export default function SignInPage() {
  const { t, language } = useTexts('session')
  const { next, token } = useSearch({ strict: false }) as { next?: string; token?: string }
  const client = useQueryClient()
  const router = useRouter()
  const dark = useTheme() === 'dark'
  const [failure, setFailure] = useState<unknown>(null)
  const used = useRef(false)
  const empty = useQuery(doorQuery).data?.people === false
  const enter = (session: Session) => {
    client.clear()
    client.setQueryData(sessionQuery.queryKey, session)
    router.history.replace(safe(next))
  }
  // A one-time token in the address signs in at once; it must be spent once only, also under strict mode.
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs once for the address the page was opened with
  useEffect(() => {
    document.title = `${t('title')} · Ruleloom`
    if (!token || used.current) return
    used.current = true
    signIn({ token }).then(enter, setFailure)
  }, [])
  return (
    <main className="sign-in">
      <section className="sign-in-pane">
        <p className="brand">
          <img src="/favicon.svg" alt="" />
          Ruleloom
        </p>
        <h1>{t(empty ? 'first.title' : 'title')}</h1>
        {empty ? (
          <FirstPerson />
        ) : token && !failure ? (
          <p className="mut" role="status">
            {t('withToken')}
          </p>
        ) : (
          <>
            {failure ? <ProblemNote error={failure} /> : null}
            <SignInForm onDone={enter} />
          </>
        )}
        <p className="sign-in-foot">
          <IconButton
            icon={dark ? 'sun' : 'moon'}
            label={dark ? t('app:themeLight') : t('app:themeDark')}
            onClick={() => setTheme(dark ? 'light' : 'dark')}
          />
          <Button
            tone="quiet"
            small
            lang={language === 'zh' ? 'en' : 'zh-CN'}
            onClick={() => void switchLanguage(language === 'zh' ? 'en' : 'zh-CN')}
          >
            {language === 'zh' ? 'English' : '中文'}
          </Button>
        </p>
      </section>
      <aside className="sign-in-show" aria-label={t('about')}>
        <h2>{t('promise')}</h2>
        <p className="sign-in-rule">
          {(t('example', { returnObjects: true }) as string[]).map((part, index) =>
            index % 2 ? part : <b key={part}>{part}</b>,
          )}
        </p>
        <ul>
          {(t('points', { returnObjects: true }) as string[]).map((point) => (
            <li key={point}>
              <Icon name="check" />
              {point}
            </li>
          ))}
        </ul>
      </aside>
    </main>
  )
}
