import { Link } from '@tanstack/react-router'
import { useSession } from '@/api/session'
import type { Chain as Links } from '@/api/types'
import { useTexts } from '@/locales/i18n'
import { formatInstant } from '@/values/time'
import { Icon } from './icons'

/** What led to something, nearest first: each rule with its record, and at the end who or what began it. */
export function Chain({ chain }: { chain: Links }) {
  const { t } = useTexts()
  const zone = useSession()?.workspace.timezone ?? 'UTC'
  return (
    <ol className="chain" aria-label={t('chain.title')}>
      <li className="chain-because mut">{t('chain.because')}</li>
      {chain.links.map((link) => (
        <li key={link.firing}>
          <Icon name="bolt" />
          <span>
            <Link to={`/rules/${link.rule.id}`}>{link.rule.name}</Link>{' '}
            <Link className="mut" to={`/records/${link.record.entity}/${link.record.id}`}>
              {link.record.title ?? `#${link.record.id}`}
            </Link>{' '}
            <span className="mut num">{formatInstant(link.at, zone)}</span>
          </span>
        </li>
      ))}
      <li>
        <Icon name={chain.by ? 'user' : 'clock'} />
        <span>{chain.by ? chain.by.title : t(`chain.began.${chain.began}`, { defaultValue: chain.began })}</span>
      </li>
    </ol>
  )
}
