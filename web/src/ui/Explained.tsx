import { Link } from '@tanstack/react-router'
import { useSession } from '@/api/session'
import type { LanguageCode, Reason } from '@/api/types'
import { useTexts } from '@/locales/i18n'
import { formatInstant } from '@/values/time'
import { Icon } from './icons'
import { wordsOf } from './Reason'
import './explained.css'

type Both = Record<LanguageCode, string>

/** What was read, in words, and what was found there. */
interface Found {
  words: Both
  value: unknown
  shown: Both
}

/** A related record that the condition looked at. */
interface SeenRow {
  entity: string
  record: string
  values: Found[]
}

interface Explanation extends Reason {
  found?: Found[]
  rows?: SeenRow[]
}

/** The explanation of a condition: each part, what was found, whether it holds, and when time alone makes it true. */
export function Explained({ reason }: { reason: Reason }) {
  const { t } = useTexts('explained')
  const zone = useSession()?.workspace.timezone ?? 'UTC'
  return (
    <div className="explained">
      <ul>
        <Part reason={reason} />
      </ul>
      {reason.next && (
        <p className="explained-next">
          <Icon name="clock" />
          {t(reason.holds ? 'endsAt' : 'trueAt', { at: formatInstant(reason.next, zone) })}
        </p>
      )}
    </div>
  )
}

function Part({ reason }: { reason: Explanation }) {
  const { t, language } = useTexts('explained')
  const parts = reason.parts ?? []
  // A part that alone is enough: the others need not hold, so they are shown calmly.
  const enough = reason.holds && parts.some((part) => !part.holds)
  const heading = parts.length > 0 ? headingOf(reason, t) : wordsOf(reason.sentence, language)
  return (
    <li className={reason.holds ? 'holds' : 'fails'}>
      <div className="explained-part">
        <Icon name={reason.holds ? 'check' : 'x'} />
        <span className="sr">{reason.holds ? t('holds') : t('fails')}</span>
        <span className="explained-words">
          {heading}
          {enough && <span className="mut"> {t('oneIsEnough')}</span>}
        </span>
      </div>
      {(reason.found?.length ?? 0) > 0 && (
        <dl className="explained-found">
          {reason.found?.map((one) => (
            <div key={one.words.en + one.shown.en}>
              <dt>{one.words[language]}</dt>
              <dd className="num">{one.shown[language] || t('blank')}</dd>
            </div>
          ))}
        </dl>
      )}
      {(reason.rows?.length ?? 0) > 0 && <Rows rows={reason.rows ?? []} />}
      {parts.length > 0 && (
        <ul>
          {parts.map((part, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a reason are fixed and have no ids
            <Part key={at} reason={part} />
          ))}
        </ul>
      )}
    </li>
  )
}

/** How many of the parts hold: their words follow right below, they are not said twice. */
function headingOf(reason: Reason, t: (key: string, options?: Record<string, unknown>) => string): string {
  const parts = reason.parts ?? []
  return t('partsHold', { holding: parts.filter((part) => part.holds).length, count: parts.length })
}

function Rows({ rows }: { rows: SeenRow[] }) {
  const { t, language } = useTexts('explained')
  return (
    <ul className="explained-rows">
      {rows.map((row) => (
        <li key={row.record}>
          <Link to={`/records/${row.entity}/${row.record}`}>
            {row.values
              .map((one) => `${one.words[language]} ${one.shown[language] || t('blank')}`)
              .join(t('app:listComma'))}
          </Link>
        </li>
      ))}
    </ul>
  )
}
