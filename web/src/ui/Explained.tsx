import { useSession } from '@/api/session'
import type { Reason } from '@/api/types'
import { type LanguageTag, useTexts } from '@/locales/i18n'
import { formatDecimal } from '@/values/decimal'
import { formatInstant } from '@/values/time'
import { Icon } from './icons'
import { wordsOf } from './Reason'
import './explained.css'

interface Eyes {
  tag: LanguageTag
  zone: string
  yes: string
  no: string
  blank: string
}

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/

/** What was found, for the eye: instants in the workspace's zone, numbers grouped, nothing as "blank". */
export function foundWords(value: unknown, eyes: Eyes): string {
  if (value === null || value === undefined || (Array.isArray(value) && !value.length)) return eyes.blank
  if (typeof value === 'boolean') return value ? eyes.yes : eyes.no
  if (Array.isArray(value)) return value.map((one) => foundWords(one, eyes)).join(eyes.tag === 'zh-CN' ? '、' : ', ')
  if (typeof value === 'object') return wordsOf(value, eyes.tag === 'zh-CN' ? 'zh' : 'en')
  const text = String(value)
  return INSTANT.test(text) ? formatInstant(text, eyes.zone) : formatDecimal(text, eyes.tag)
}

/** The explanation of a condition: each part, what was found, whether it holds, and when time alone makes it true. */
export function Explained({ reason }: { reason: Reason }) {
  const { t, tag } = useTexts()
  const zone = useSession()?.workspace.timezone ?? 'UTC'
  const eyes: Eyes = { tag, zone, yes: t('yes'), no: t('no'), blank: t('explained:blank') }
  return (
    <div className="explained">
      <ul>
        <Part reason={reason} eyes={eyes} />
      </ul>
      {reason.next && (
        <p className="explained-next">
          <Icon name="clock" />
          {t(reason.holds ? 'explained:endsAt' : 'explained:trueAt', { at: formatInstant(reason.next, zone) })}
        </p>
      )}
    </div>
  )
}

function Part({ reason, eyes }: { reason: Reason; eyes: Eyes }) {
  const { t, language } = useTexts()
  const parts = reason.parts ?? []
  const found = parts.length === 0 ? foundWords(reason.value, eyes) : ''
  // A part that alone is enough: the others need not hold, so they are shown calmly.
  const enough = reason.holds && parts.some((part) => !part.holds)
  return (
    <li className={reason.holds ? 'holds' : 'fails'}>
      <div className="explained-part">
        <Icon name={reason.holds ? 'check' : 'x'} />
        <span className="sr">{reason.holds ? t('explained:holds') : t('explained:fails')}</span>
        <span className="explained-words">
          {wordsOf(reason.sentence, language)}
          {enough && <span className="mut"> {t('explained:oneIsEnough')}</span>}
        </span>
        {parts.length === 0 && reason.value !== undefined && typeof reason.value !== 'boolean' && (
          <span className="explained-found num">{t('actual', { value: found })}</span>
        )}
      </div>
      {parts.length > 0 && (
        <ul>
          {parts.map((part, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a reason are fixed and have no ids
            <Part key={at} reason={part} eyes={eyes} />
          ))}
        </ul>
      )}
    </li>
  )
}
