import { useSession } from '@/api/session'
import type { Firing } from '@/api/types'
import { useTexts } from '@/locales/i18n'
import { formatInstant } from '@/values/time'
import { Explained } from './Explained'
import { Pill } from './Top'
import { wordsOf } from './words'

const TONES = {
  on: 'green',
  change: 'green',
  schedule: 'green',
  off: 'slate',
  skipped: 'amber',
  blocked: 'red',
} as const

/** How a firing came about, in words. */
export function EdgePill({ edge }: { edge: Firing['edge'] }) {
  const { t } = useTexts()
  return <Pill tone={TONES[edge] ?? 'slate'}>{t(`edges.${edge}`)}</Pill>
}

const EFFECT_TONES: Record<string, 'green' | 'amber' | 'red'> = { done: 'green', failed: 'red', pending: 'amber' }

/** One firing with its effects and its reason: each condition and what was found at that time. */
export function FiringCard({ firing, showRecord }: { firing: Firing; showRecord?: boolean }) {
  const { t, language } = useTexts()
  const zone = useSession()?.workspace.timezone ?? 'UTC'
  return (
    <article className="card firing">
      <header>
        <b>
          {showRecord
            ? firing.record.title
            : wordsOf(firing.rule.labels ?? firing.rule.name, language) || firing.rule.name}
        </b>
        <EdgePill edge={firing.edge} />
        <span className="mut num when">{formatInstant(firing.at, zone)}</span>
      </header>
      {firing.effects.length > 0 && (
        <ul className="effects">
          {firing.effects.map((effect) => (
            <li key={effect.id}>
              <Pill tone={EFFECT_TONES[effect.status] ?? 'slate'}>
                {t(`effects.${effect.status}`, { defaultValue: effect.status })}
              </Pill>
              {wordsOf(effect.summary, language)}
            </li>
          ))}
        </ul>
      )}
      {firing.reason && (
        <details>
          <summary>{t('why')}</summary>
          <Explained reason={firing.reason} />
        </details>
      )}
    </article>
  )
}
