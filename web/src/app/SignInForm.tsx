import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { signIn } from '@/api/session'
import type { Session } from '@/api/types'
import { useTexts } from '@/locales/i18n'
import { Button } from '@/ui/Button'
import { Labelled, TextInput } from '@/ui/Inputs'
import { ProblemNote } from '@/ui/ProblemNote'

export function SignInForm({ email: known = '', onDone }: { email?: string; onDone: (session: Session) => void }) {
  const { t } = useTexts()
  const [email, setEmail] = useState(known)
  const [password, setPassword] = useState('')
  const attempt = useMutation({ mutationFn: () => signIn({ email: email.trim(), password }), onSuccess: onDone })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    attempt.mutate()
  }
  return (
    <form className="stack sign-in-form" onSubmit={submit}>
      <Labelled label={t('signIn.email')}>
        {(ids) => (
          <TextInput {...ids} type="email" autoComplete="username" required value={email} onChange={setEmail} />
        )}
      </Labelled>
      <Labelled label={t('signIn.password')}>
        {(ids) => (
          <TextInput
            {...ids}
            type="password"
            autoComplete="current-password"
            required
            value={password}
            onChange={setPassword}
          />
        )}
      </Labelled>
      {attempt.error && <ProblemNote error={attempt.error} />}
      <Button tone="primary" type="submit" busy={attempt.isPending}>
        {t('signIn.action')}
      </Button>
    </form>
  )
}
