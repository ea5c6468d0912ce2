import { Link } from '@tanstack/react-router'
import { useSession } from '@/api/session'
import { useTexts } from '@/locales/i18n'
import { Icon } from '@/ui/icons'
import { railEntries, sees } from './features'

/** The main navigation: at the side on a desk, at the foot on a phone. */
export function Rail() {
  const { t } = useTexts()
  const held = useSession()?.user.roles ?? []
  return (
    <nav className="rail" aria-label={t('mainNavigation')}>
      <img className="logo" src="/favicon.svg" alt="" />
      {railEntries
        .filter((entry) => sees(entry, held))
        .map((entry) => (
          <Link
            key={entry.to}
            to={entry.to}
            className="rail-link"
            activeProps={{ className: 'active' }}
            activeOptions={{ exact: entry.to === '/' }}
          >
            <Icon name={entry.icon} />
            {t(entry.text)}
          </Link>
        ))}
    </nav>
  )
}
