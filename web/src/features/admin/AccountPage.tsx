import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { ApiProblem } from '@/api/problem'
import { sessionQuery, useSession } from '@/api/session'
import { type LanguageTag, switchLanguage, useTexts } from '@/locales/i18n'
import { Button } from '@/ui/Button'
import { Labelled, Segmented, TextInput } from '@/ui/Inputs'
import { ProblemNote } from '@/ui/ProblemNote'
import { Pill, Top } from '@/ui/Top'
import { toast } from '@/ui/toasts'
import { changeOwn } from './api'
import { Tokens } from './Tokens'
import './texts'
import './admin.css'

/** The own account: who I am here, language, password, API tokens. */
export default function AccountPage() {
  const { t } = useTexts('admin')
  return (
    <>
      <Top title={t('account.title')} />
      <div className="page">
        <div className="page-narrow account-page">
          <Profile />
          <PasswordForm />
          <Tokens />
        </div>
      </div>
    </>
  )
}

function Profile() {
  const { t, tag } = useTexts('admin')
  const user = useSession()?.user
  const client = useQueryClient()
  const speaking = useMutation({
    mutationFn: async (next: LanguageTag) => {
      await changeOwn({ language: next === 'en' ? 'en' : 'zh' })
      await switchLanguage(next)
    },
    onSuccess: () => client.invalidateQueries({ queryKey: sessionQuery.queryKey }),
  })
  if (!user) return null
  return (
    <section className="card card-body stack" aria-labelledby="own-profile">
      <header className="own-profile">
        <span className="avatar" aria-hidden="true">
          {user.name.slice(0, 1)}
        </span>
        <div className="grow">
          <h2 id="own-profile">{user.name}</h2>
          <p className="mut">{user.email}</p>
        </div>
        {user.roles.map((role) => (
          <Pill key={role}>{t(`app:roles.${role}`)}</Pill>
        ))}
      </header>
      <div className="labelled">
        <span className="label">{t('app:language')}</span>
        <Segmented<LanguageTag>
          label={t('app:language')}
          value={tag}
          onChange={(next) => speaking.mutate(next)}
          options={[
            { value: 'zh-CN', label: '中文' },
            { value: 'en', label: 'English' },
          ]}
        />
        <p className="hint">{t('account.languageHint')}</p>
      </div>
      {speaking.error && <ProblemNote error={speaking.error} />}
    </section>
  )
}

function PasswordForm() {
  const { t } = useTexts('admin')
  const [present, setPresent] = useState('')
  const [next, setNext] = useState('')
  const changing = useMutation({
    mutationFn: () => changeOwn({ password: next, current_password: present }),
    onSuccess: () => {
      setPresent('')
      setNext('')
      toast({ text: t('account.passwordChanged') })
    },
  })
  const errors = (field: string) => (changing.error instanceof ApiProblem ? changing.error.of(field) : [])
  return (
    <section className="card card-body" aria-labelledby="own-password">
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault()
          changing.mutate()
        }}
      >
        <h2 id="own-password">{t('account.password')}</h2>
        <Labelled label={t('account.present')} hint={t('account.presentHint')} errors={errors('current_password')}>
          {(ids) => (
            <TextInput {...ids} type="password" autoComplete="current-password" value={present} onChange={setPresent} />
          )}
        </Labelled>
        <Labelled label={t('people.newPassword')} hint={t('account.passwordHint')} errors={errors('password')}>
          {(ids) => (
            <TextInput {...ids} type="password" autoComplete="new-password" required value={next} onChange={setNext} />
          )}
        </Labelled>
        {changing.error && <ProblemNote error={changing.error} placed={['password', 'current_password']} />}
        <div>
          <Button type="submit" busy={changing.isPending} disabled={!next}>
            {t('account.changePassword')}
          </Button>
        </div>
      </form>
    </section>
  )
}
