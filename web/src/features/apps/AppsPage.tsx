import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { type App, appsQuery, installApp, PARTS } from '@/api/apps'
import { labelOf } from '@/api/model'
import { useMay } from '@/api/session'
import { useTexts } from '@/locales/i18n'
import { Button, LinkButton } from '@/ui/Button'
import { Empty, Loading } from '@/ui/Empty'
import { Checkbox } from '@/ui/Inputs'
import { Icon, type IconName } from '@/ui/icons'
import { ProblemNote } from '@/ui/ProblemNote'
import { Pill, Top } from '@/ui/Top'
import './apps.css'

const ICONS: Record<(typeof PARTS)[number], IconName> = {
  entities: 'shapes',
  views: 'table',
  forms: 'form',
  pipelines: 'board',
  rules: 'bolt',
}

/** Apps that ship with the product: what each brings, and installing it. */
export default function AppsPage() {
  const { t } = useTexts('apps')
  const apps = useQuery(appsQuery)
  return (
    <>
      <Top title={t('rail')} />
      <div className="page">
        <div className="page-narrow stack">
          <p className="mut">{t('about')}</p>
          {apps.error && <ProblemNote error={apps.error} onRetry={() => void apps.refetch()} />}
          {!apps.data && !apps.error && <Loading />}
          {apps.data?.length === 0 && <Empty icon="squares" title={t('none')} />}
          <ul className="app-cards">
            {apps.data?.map((app) => (
              <AppCard key={app.name} app={app} />
            ))}
          </ul>
        </div>
      </div>
    </>
  )
}

function AppCard({ app }: { app: App }) {
  const { t, language } = useTexts('apps')
  const mayInstall = useMay('administrator')
  const client = useQueryClient()
  const [sample, setSample] = useState(true)
  const installing = useMutation({
    mutationFn: () => installApp(app.name, sample),
    // New entities, views, rules: nothing on any page is as it was.
    onSuccess: () => client.invalidateQueries(),
  })
  const installed = app.installed_version !== null
  return (
    <li className="card app-card">
      <header>
        <span className="app-icon">
          <Icon name="squares" />
        </span>
        <p className="grow">
          <b>{labelOf({ labels: app.labels, name: app.name }, language)}</b>
          <br />
          <span className="mut num">{t('version', { version: app.version })}</span>
        </p>
        {installed && <Pill tone="green">{t('installed')}</Pill>}
      </header>
      <p>{labelOf({ labels: app.description, name: '' }, language)}</p>
      <ul className="app-parts">
        {PARTS.filter((part) => app.contains[part] > 0).map((part) => (
          <li key={part}>
            <Icon name={ICONS[part]} />
            {t(`parts.${part}`, { count: app.contains[part] })}
          </li>
        ))}
      </ul>
      {installing.error && <ProblemNote error={installing.error} />}
      <footer>
        {installed || installing.data ? (
          <>
            <span className="mut grow" role="status">
              {installing.data ? t('came', { count: total(installing.data.records) }) : ''}
            </span>
            <LinkButton to="/" tone="primary">
              {t('open')}
            </LinkButton>
          </>
        ) : (
          mayInstall && (
            <>
              <span className="grow">
                <Checkbox checked={sample} onChange={setSample}>
                  {t('sample')}
                </Checkbox>
              </span>
              <Button tone="primary" busy={installing.isPending} onClick={() => installing.mutate()}>
                {installing.isPending ? t('installing') : t('install')}
              </Button>
            </>
          )
        )}
      </footer>
    </li>
  )
}

const total = (records: Record<string, number>) => Object.values(records).reduce((sum, count) => sum + count, 0)
