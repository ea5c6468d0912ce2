import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { labelOf } from '@/api/model'
import { useTexts } from '@/locales/i18n'
import { Button } from '@/ui/Button'
import { Empty, Loading } from '@/ui/Empty'
import { Icon } from '@/ui/icons'
import { ProblemNote } from '@/ui/ProblemNote'
import { SidePanel } from '@/ui/SidePanel'
import { Pill, Top } from '@/ui/Top'
import { type Connection, connectionsQuery, createConnection, type Kind, kindsQuery } from './api'
import { SettingsForm } from './SettingsForm'
import './texts'
import './connections.css'

/** Connections that exist, and the kinds that a new one can be. */
export default function ConnectionsPage() {
  const { t } = useTexts('connections')
  const kinds = useQuery(kindsQuery)
  const connections = useQuery(connectionsQuery)
  const [making, setMaking] = useState<Kind | null>(null)
  const error = kinds.error ?? connections.error
  return (
    <>
      <Top title={t('rail')} />
      <div className="page">
        <div className="page-narrow stack">
          {error && <ProblemNote error={error} onRetry={() => void connections.refetch()} />}
          {!error && (!kinds.data || !connections.data) && <Loading />}
          {connections.data?.length === 0 && (
            <Empty icon="plug" title={t('none')}>
              {t('noneText')}
            </Empty>
          )}
          {connections.data && connections.data.length > 0 && (
            <Existing connections={connections.data} kinds={kinds.data ?? []} />
          )}
          {kinds.data && <Kinds kinds={kinds.data} onPick={setMaking} />}
        </div>
      </div>
      {making && <NewConnection kind={making} onClose={() => setMaking(null)} />}
    </>
  )
}

function Existing({ connections, kinds }: { connections: Connection[]; kinds: Kind[] }) {
  const { t, language } = useTexts('connections')
  return (
    <section className="card" aria-label={t('existing')}>
      <header className="card-head">
        <h2>{t('existing')}</h2>
      </header>
      <ul className="connection-list">
        {connections.map((one) => {
          const kind = kinds.find((each) => each.kind === one.kind)
          return (
            <li key={one.id}>
              <span className="kind-icon">
                <Icon name="plug" />
              </span>
              <span className="grow">
                <Link to={`/connections/${one.id}`}>{one.name}</Link>
                <br />
                <span className="mut">
                  {kind ? labelOf({ labels: kind.labels, name: kind.kind }, language) : one.kind}
                </span>
              </span>
              <Pill tone={one.mapping ? 'green' : 'amber'}>{one.mapping ? t('ready') : t('notMapped')}</Pill>
            </li>
          )
        })}
      </ul>
    </section>
  )
}

function Kinds({ kinds, onPick }: { kinds: Kind[]; onPick: (kind: Kind) => void }) {
  const { t, language } = useTexts('connections')
  return (
    <section aria-label={t('kinds')}>
      <h2 className="connection-title">{t('kinds')}</h2>
      <ul className="kind-cards">
        {kinds.map((kind) => (
          <li key={kind.kind} className="card kind-card">
            <span className="kind-icon">
              <Icon name="plug" />
            </span>
            <b>{labelOf({ labels: kind.labels, name: kind.kind }, language)}</b>
            <p className="mut">
              {t('reads', {
                resources: kind.resources
                  .map((one) => labelOf({ labels: one.labels, name: one.name }, language))
                  .join(t('app:listComma')),
              })}
            </p>
            <p className="line">
              <Pill tone={kind.level === 'real-system' || kind.level === 'vendor-sdk' ? 'green' : 'slate'}>
                {t(`levels.${kind.level}`)}
              </Pill>
              <span className="grow" />
              <Button
                small
                icon="plus"
                aria-label={t('connectTo', { kind: labelOf({ labels: kind.labels, name: kind.kind }, language) })}
                onClick={() => onPick(kind)}
              >
                {t('connect')}
              </Button>
            </p>
          </li>
        ))}
      </ul>
    </section>
  )
}

function NewConnection({ kind, onClose }: { kind: Kind; onClose: () => void }) {
  const { t, language } = useTexts('connections')
  const client = useQueryClient()
  const navigate = useNavigate()
  const name = labelOf({ labels: kind.labels, name: kind.kind }, language)
  const making = useMutation({
    mutationFn: ({ title, settings }: { title: string; settings: Record<string, unknown> }) =>
      createConnection(kind.kind, title, settings),
    onSuccess: async ({ data }) => {
      await client.invalidateQueries({ queryKey: ['connections'] })
      await navigate({ to: `/connections/${data.id}` })
    },
  })
  return (
    <SidePanel title={t('newOf', { kind: name })} onClose={onClose}>
      <SettingsForm
        kind={kind}
        name={name}
        settings={{}}
        secrets={[]}
        busy={making.isPending}
        error={making.error}
        action={t('create')}
        onSubmit={(title, settings) => making.mutate({ title, settings })}
      />
    </SidePanel>
  )
}
