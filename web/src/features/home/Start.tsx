import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { appsQuery } from '@/api/apps'
import { labelOf } from '@/api/model'
import { useMay } from '@/api/session'
import { useTexts } from '@/locales/i18n'
import { Empty } from '@/ui/Empty'
import { Icon, type IconName } from '@/ui/icons'

const WAYS: { key: 'app' | 'entity' | 'file'; to: string; icon: IconName }[] = [
  { key: 'app', to: '/apps', icon: 'squares' },
  { key: 'entity', to: '/entities/new', icon: 'shapes' },
  { key: 'file', to: '/imports', icon: 'upload' },
]

/** A workspace with nothing of its own yet: the ways to begin, the quickest first. */
export function Start() {
  const { t, language } = useTexts('home')
  const administrator = useMay('administrator')
  const apps = useQuery({ ...appsQuery, enabled: administrator }).data ?? []
  if (!administrator)
    return (
      <section className="card">
        <Empty icon="shapes" title={t('start.notYet')}>
          {t('start.notYetText')}
        </Empty>
      </section>
    )
  const names = apps.map((app) => labelOf({ labels: app.labels, name: app.name }, language)).join(t('app:listComma'))
  return (
    <section className="card card-body start" aria-labelledby="start">
      <h2 id="start">{t('start.title')}</h2>
      <p className="mut">{t('start.text')}</p>
      <ul>
        {WAYS.map(({ key, to, icon }, at) => (
          <li key={key}>
            <Link to={to} className={at ? 'start-way' : 'start-way first'}>
              <span className="entity-icon">
                <Icon name={icon} />
              </span>
              <span className="grow">
                <b>{t(`start.${key}.title`)}</b>
                <span className="hint">
                  {key === 'app' && names ? t('start.app.names', { names }) : t(`start.${key}.text`)}
                </span>
              </span>
              <Icon name="right" />
            </Link>
          </li>
        ))}
      </ul>
    </section>
  )
}
