import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import type { Answer } from '@/api/client'
import { entitiesQuery, labelOf } from '@/api/model'
import { LIVE } from '@/api/records'
import { useTexts } from '@/locales/i18n'
import { Button, IconButton } from '@/ui/Button'
import { Loading } from '@/ui/Empty'
import { Segmented } from '@/ui/Inputs'
import { Icon } from '@/ui/icons'
import { Menu } from '@/ui/Menu'
import { ProblemNote } from '@/ui/ProblemNote'
import { Pill, Top } from '@/ui/Top'
import { toast } from '@/ui/toasts'
import {
  type Connection,
  changeConnection,
  connectionQuery,
  type Kind,
  kindsQuery,
  removeConnection,
  runsQuery,
  startOver,
  syncNow,
  testConnection,
} from './api'
import { MappingRoom } from './MappingRoom'
import { Runs } from './Runs'
import { SettingsForm } from './SettingsForm'
import './texts'
import './connections.css'

type Tab = 'mapping' | 'runs' | 'settings'

/** One connection: its settings and test, what goes where, and what each sync did. */
export default function ConnectionPage() {
  const { t } = useTexts('connections')
  const { connection: id = '' } = useParams({ strict: false }) as { connection?: string }
  const found = useQuery(connectionQuery(id))
  const kinds = useQuery(kindsQuery)
  const kind = kinds.data?.find((one) => one.kind === found.data?.data.kind)
  const error = found.error ?? kinds.error
  if (!found.data || !kind) {
    return (
      <>
        <Top title={t('rail')} crumbs={[{ label: t('rail'), to: '/connections' }]} />
        <div className="page">{error ? <ProblemNote error={error} /> : <Loading />}</div>
      </>
    )
  }
  return <ConnectionRoom key={id} found={found.data} kind={kind} />
}

function ConnectionRoom({ found, kind }: { found: Answer<Connection>; kind: Kind }) {
  const { t } = useTexts('connections')
  const client = useQueryClient()
  const navigate = useNavigate()
  const { tab = found.data.mapping ? 'runs' : 'mapping' } = useSearch({ strict: false }) as { tab?: Tab }
  const { data: connection, etag } = found
  const again = () => client.invalidateQueries({ queryKey: ['connections'] })
  const runs = useQuery(runsQuery(connection.id, false))
  const running = runs.data?.items[0]?.status === 'running'
  const sync = useMutation({
    mutationFn: () => syncNow(connection.id),
    onSuccess: async () => {
      await again()
      await client.invalidateQueries({ queryKey: [LIVE] })
      await navigate({ to: `/connections/${connection.id}`, search: { tab: 'runs' } as never })
    },
  })
  const extras = useExtras(connection, etag)
  const entities = useQuery(entitiesQuery)
  return (
    <>
      <Top
        title={connection.name}
        crumbs={[{ label: t('rail'), to: '/connections' }]}
        state={
          <Pill tone={connection.mapping ? 'green' : 'amber'}>{connection.mapping ? t('ready') : t('notMapped')}</Pill>
        }
      >
        <Menu items={extras}>
          <IconButton icon="more" label={t('more')} />
        </Menu>
        <Button
          tone="primary"
          icon="play"
          busy={sync.isPending || running}
          disabled={!connection.mapping}
          onClick={() => sync.mutate()}
        >
          {running ? t('syncing') : t('syncNow')}
        </Button>
      </Top>
      <div className="page">
        <div className="page-narrow stack">
          <div className="line connection-tabs">
            <Segmented
              label={t('parts')}
              value={tab}
              onChange={(next) =>
                void navigate({ to: `/connections/${connection.id}`, search: { tab: next } as never })
              }
              options={(['mapping', 'runs', 'settings'] as const).map((one) => ({
                value: one,
                label: t(`tabs.${one}`),
              }))}
            />
            <TestButton key={connection.version} id={connection.id} />
          </div>
          {sync.error && <ProblemNote error={sync.error} />}
          {tab === 'mapping' && entities.data && (
            <MappingRoom connection={connection} etag={etag} kind={kind} entities={entities.data} />
          )}
          {tab === 'runs' && <Runs connection={connection} kind={kind} runs={runs.data?.items} error={runs.error} />}
          {tab === 'settings' && <Settings connection={connection} etag={etag} kind={kind} />}
        </div>
      </div>
    </>
  )
}

/** What is done rarely: read everything again, take the connection away. */
function useExtras(connection: Connection, etag: string | null) {
  const { t } = useTexts('connections')
  const client = useQueryClient()
  const navigate = useNavigate()
  const over = useMutation({
    mutationFn: () => startOver(connection.id),
    onSuccess: () => toast({ text: t('willStartOver') }),
    onError: (error) => toast({ text: error.message, tone: 'bad' }),
  })
  const remove = useMutation({
    mutationFn: () => removeConnection(connection.id, etag),
    onSuccess: async () => {
      toast({ text: t('removed', { name: connection.name }) })
      await navigate({ to: '/connections' })
      await client.invalidateQueries({ queryKey: ['connections'] })
    },
    onError: (error) => toast({ text: error.message, tone: 'bad' }),
  })
  return [
    { key: 'over', icon: 'undo' as const, label: t('startOver'), onPick: () => over.mutate() },
    {
      key: 'remove',
      icon: 'trash' as const,
      label: t('remove'),
      danger: true,
      divided: true,
      onPick: () => remove.mutate(),
    },
  ]
}

/** Signs in over there and says as whom, and how far the clocks are apart. */
function TestButton({ id }: { id: string }) {
  const { t } = useTexts('connections')
  const test = useMutation({ mutationFn: () => testConnection(id) })
  return (
    <div className="connection-test">
      <Button busy={test.isPending} onClick={() => test.mutate()}>
        {test.isPending ? t('testing') : t('test')}
      </Button>
      <div role="status">
        {test.data && (
          <span className={test.data.ok ? 'connection-ok' : 'connection-bad'}>
            <Icon name={test.data.ok ? 'check' : 'warning'} />
            {test.data.ok ? t('testOk', { account: test.data.account }) : t('testBad')}
            {Math.abs(test.data.skew_seconds) > 60 && ` · ${t('skew', { seconds: test.data.skew_seconds })}`}
            {test.data.notes.map((note) => ` · ${note}`)}
          </span>
        )}
        {test.error && <ProblemNote error={test.error} />}
      </div>
    </div>
  )
}

function Settings({ connection, etag, kind }: { connection: Connection; etag: string | null; kind: Kind }) {
  const { t, language } = useTexts('connections')
  const client = useQueryClient()
  const saving = useMutation({
    mutationFn: ({ name, settings }: { name: string; settings: Record<string, unknown> }) =>
      changeConnection(connection.id, etag, { name, settings }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['connections'] })
      toast({ text: t('settingsSaved') })
    },
  })
  return (
    <section className="card card-body" aria-label={labelOf({ labels: kind.labels, name: kind.kind }, language)}>
      <SettingsForm
        connection={connection.id}
        key={connection.version}
        kind={kind}
        name={connection.name}
        settings={connection.settings}
        secrets={connection.secrets}
        busy={saving.isPending}
        error={saving.error}
        action={t('app:save')}
        onSubmit={(name, settings) => saving.mutate({ name, settings })}
      />
    </section>
  )
}
