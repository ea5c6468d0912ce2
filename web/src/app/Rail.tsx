import { Link, useLocation } from '@tanstack/react-router'
import { useRef } from 'react'
import { useSession } from '@/api/session'
import { useTexts } from '@/locales/i18n'
import { Icon } from '@/ui/icons'
import type { RailEntry } from './feature'
import { railEntries, sees } from './features'

/** How many entries a phone has room for beside “More”. */
const ON_A_PHONE = 4

/** The main navigation: at the side on a desk; at the foot of a phone, where what has no room is behind “More”. */
export function Rail() {
  const { t } = useTexts()
  const held = useSession()?.user.roles ?? []
  const entries = railEntries.filter((entry) => sees(entry, held))
  const more = entries.slice(ON_A_PHONE)
  return (
    <nav className="rail" aria-label={t('mainNavigation')}>
      <img className="logo" src="/favicon.svg" alt="" />
      {entries.map((entry, at) => (
        <Entry key={entry.to} entry={entry} className={at < ON_A_PHONE ? 'rail-link' : 'rail-link desk-only'} />
      ))}
      {more.length > 0 && <More entries={more} />}
    </nav>
  )
}

function Entry({ entry, className, onClick }: { entry: RailEntry; className: string; onClick?: () => void }) {
  const { t } = useTexts()
  return (
    <Link
      to={entry.to}
      className={className}
      activeProps={{ className: 'active' }}
      activeOptions={{ exact: entry.to === '/' }}
      onClick={onClick}
    >
      <Icon name={entry.icon} />
      <span>{t(entry.text)}</span>
    </Link>
  )
}

/** The rest of the navigation as a sheet above the foot; the browser closes it on Escape and on a touch beside it. */
function More({ entries }: { entries: RailEntry[] }) {
  const { t } = useTexts()
  const { pathname } = useLocation()
  const sheet = useRef<HTMLDivElement>(null)
  const inside = entries.some((entry) => pathname === entry.to || pathname.startsWith(`${entry.to}/`))
  return (
    <>
      <button
        type="button"
        className={inside ? 'rail-link rail-more active' : 'rail-link rail-more'}
        popoverTarget="more"
      >
        <Icon name="more" />
        <span>{t('more')}</span>
      </button>
      <div ref={sheet} id="more" popover="auto" className="rail-sheet" role="group" aria-label={t('more')}>
        {entries.map((entry) => (
          <Entry key={entry.to} entry={entry} className="rail-link" onClick={() => sheet.current?.hidePopover()} />
        ))}
      </div>
    </>
  )
}
