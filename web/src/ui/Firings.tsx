import type { ReactNode } from 'react'
import { useSession } from '@/api/session'
import type { Firing, Skipped } from '@/api/types'
import { useTexts } from '@/locales/i18n'
import { formatInstant } from '@/values/time'
import { Chain } from './Chain'
import { EffectTrouble } from './EffectTrouble'
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

/** Why a firing was skipped, and whether it is still held back. */
export function SkippedNote({ skipped }: { skipped: Skipped }) {
  const { t, language } = useTexts()
  return (
    <p className="firing-skipped mut">
      {wordsOf(skipped.words, language)}
      {skipped.held && <Pill tone="amber">{t('held')}</Pill>}
      {skipped.became && <Pill tone="slate">{t(`became.${skipped.became}`)}</Pill>}
    </p>
  )
}

const EFFECT_TONES: Record<string, 'green' | 'amber' | 'red'> = { done: 'green', failed: 'red', pending: 'amber' }

/** One firing with its effects and its reason: each condition and what was found at that time. */
export function FiringCard({
  firing,
  showRecord,
  actions,
}: {
  firing: Firing
  showRecord?: boolean
  /** What can be done about it. */
  actions?: ReactNode
}) {
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
      {firing.skipped && <SkippedNote skipped={firing.skipped} />}
      {firing.effects.length > 0 && (
        <ul className="effects">
          {firing.effects.map((effect) => (
            <li key={effect.id}>
              <Pill tone={EFFECT_TONES[effect.status] ?? 'slate'}>
                {t(`effects.${effect.status}`, { defaultValue: effect.status })}
              </Pill>
              <span>
                {wordsOf(effect.summary, language)}
                <EffectTrouble effect={effect} />
              </span>
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
      {firing.chain.links.length > 0 && <Chain chain={firing.chain} />}
      {actions && <div className="line">{actions}</div>}
    </article>
  )
}
