import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useSession } from '@/api/session'
import { useTexts } from '@/locales/i18n'
import { Button } from '@/ui/Button'
import { CopyLine } from '@/ui/CopyLine'
import { Loading } from '@/ui/Empty'
import { Labelled, TextInput } from '@/ui/Inputs'
import { Icon } from '@/ui/icons'
import { ProblemNote } from '@/ui/ProblemNote'
import { formatInstant } from '@/values/time'
import { type MadeToken, makeToken, revokeToken, type Token, tokensQuery } from './api'

/** API tokens with which programs act as this person. */
export function Tokens() {
  const { t } = useTexts('admin')
  const client = useQueryClient()
  const tokens = useQuery(tokensQuery)
  const [name, setName] = useState('')
  const [made, setMade] = useState<MadeToken | null>(null)
  const refresh = () => client.invalidateQueries({ queryKey: tokensQuery.queryKey })
  const making = useMutation({
    mutationFn: () => makeToken(name.trim()),
    onSuccess: async (token) => {
      setMade(token)
      setName('')
      await refresh()
    },
  })
  const gone = async (id: string) => {
    if (made?.id === id) setMade(null)
    await refresh()
  }
  return (
    <section className="card card-body stack tokens" aria-labelledby="own-tokens">
      <h2 id="own-tokens">{t('tokens.title')}</h2>
      <p className="mut">{t('tokens.about')}</p>
      {tokens.error && <ProblemNote error={tokens.error} onRetry={() => void tokens.refetch()} />}
      {!tokens.data && !tokens.error && <Loading lines={2} />}
      {tokens.data && tokens.data.length > 0 && (
        <ul aria-label={t('tokens.title')}>
          {tokens.data.map((token) => (
            <TokenLine key={token.id} token={token} onGone={() => void gone(token.id)} />
          ))}
        </ul>
      )}
      {made && <Secret token={made} onClose={() => setMade(null)} />}
      <form
        className="token-form"
        onSubmit={(event) => {
          event.preventDefault()
          making.mutate()
        }}
      >
        <Labelled label={t('tokens.name')}>
          {(ids) => (
            <TextInput
              {...ids}
              required
              maxLength={200}
              placeholder={t('tokens.example')}
              value={name}
              onChange={setName}
            />
          )}
        </Labelled>
        <Button type="submit" icon="plus" busy={making.isPending} disabled={!name.trim()}>
          {t('tokens.make')}
        </Button>
      </form>
      {making.error && <ProblemNote error={making.error} />}
    </section>
  )
}

/** The secret, once; afterwards nobody can read it again. */
function Secret({ token, onClose }: { token: MadeToken; onClose: () => void }) {
  const { t } = useTexts('admin')
  return (
    <div className="secret" role="status">
      <p>
        <Icon name="info" />
        {t('tokens.once', { name: token.name })}
      </p>
      <CopyLine label={t('tokens.secret')} value={token.secret} />
      <div className="line">
        <Button onClick={onClose}>{t('app:done')}</Button>
      </div>
    </div>
  )
}

/** A token; revoking cannot be taken back, so the second press is the one that does it. */
function TokenLine({ token, onGone }: { token: Token; onGone: () => void }) {
  const { t } = useTexts('admin')
  const zone = useSession()?.workspace.timezone ?? 'UTC'
  const [asked, setAsked] = useState(false)
  const revoking = useMutation({ mutationFn: () => revokeToken(token.id), onSuccess: onGone })
  return (
    <li className="token">
      <p className="grow">
        <b>{token.name}</b>
        <br />
        <span className="mut num">
          {t('tokens.made', { at: formatInstant(token.created_at, zone) })}
          {' · '}
          {token.last_used_at ? t('tokens.used', { at: formatInstant(token.last_used_at, zone) }) : t('tokens.unused')}
        </span>
      </p>
      {asked ? (
        <>
          <span className="hint">{t('tokens.ends')}</span>
          <Button small tone="danger" busy={revoking.isPending} onClick={() => revoking.mutate()}>
            {t('tokens.revokeNow')}
          </Button>
          <Button small onClick={() => setAsked(false)}>
            {t('app:cancel')}
          </Button>
        </>
      ) : (
        <Button
          small
          icon="trash"
          aria-label={t('tokens.revokeOne', { name: token.name })}
          onClick={() => setAsked(true)}
        >
          {t('tokens.revoke')}
        </Button>
      )}
      {revoking.error && <ProblemNote error={revoking.error} />}
    </li>
  )
}
