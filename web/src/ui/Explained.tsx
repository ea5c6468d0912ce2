import { Link } from '@tanstack/react-router'
import { useSession } from '@/api/session'
import type { Found, FoundRow, Reason, Step } from '@/api/types'
import { useTexts } from '@/locales/i18n'
import { formatInstant } from '@/values/time'
import { Icon } from './icons'
import { wordsOf } from './words'
import './explained.css'

/** The explanation of a condition: each part, what was found, whether it holds, and what would turn it. */
export function Explained({ reason }: { reason: Reason }) {
  return (
    <div className="explained">
      <ul>
        <Part reason={reason} />
      </ul>
      {!reason.holds && reason.change && reason.change.length > 0 && <Least steps={reason.change} />}
      <When reason={reason} />
    </div>
  )
}

/** When time alone turns it: exact where that was asked for, else the next instant at which it may. */
function When({ reason }: { reason: Reason }) {
  const { t } = useTexts('explained')
  const zone = useSession()?.workspace.timezone ?? 'UTC'
  const asked = reason.becomes_true !== undefined
  const at = asked ? (reason.becomes_true ?? reason.becomes_false) : reason.next
  if (!at) return null
  return (
    <p className="explained-next">
      <Icon name="clock" />
      {t(reason.holds ? 'endsAt' : 'trueAt', { at: formatInstant(at, zone) })}
    </p>
  )
}

/** The least that people can change so that it turns. */
function Least({ steps }: { steps: Step[] }) {
  const { t, language } = useTexts('explained')
  return (
    <section className="explained-least" aria-label={t('leastToHold')}>
      <b>{t('leastToHold')}</b>
      <ul>
        {steps.map((step) => (
          <li key={step.sentence.en}>{step.sentence[language]}</li>
        ))}
      </ul>
    </section>
  )
}

function Part({ reason }: { reason: Reason }) {
  const { t, language } = useTexts('explained')
  const zone = useSession()?.workspace.timezone ?? 'UTC'
  const parts = reason.parts ?? []
  // A part that alone is enough: the others need not hold, so they are shown calmly.
  const enough = reason.holds && parts.some((part) => !part.holds)
  // How many hold: the words of the parts follow right below, they are not said twice.
  const heading =
    parts.length > 1
      ? t('partsHold', { holding: parts.filter((part) => part.holds).length, count: parts.length })
      : wordsOf(reason.sentence, language)
  return (
    <li className={reason.holds ? 'holds' : 'fails'}>
      <div className="explained-part">
        <Icon name={reason.holds ? 'check' : 'x'} />
        <span className="sr">{reason.holds ? t('holds') : t('fails')}</span>
        <span className="explained-words">
          {heading}
          {enough && <span className="mut"> {t('oneIsEnough')}</span>}
          {reason.since && <span className="mut num"> {t('since', { at: formatInstant(reason.since, zone) })}</span>}
        </span>
      </div>
      {(reason.found?.length ?? 0) > 0 && (
        <dl className="explained-found">
          {reason.found?.map((one) => (
            <div key={one.words.en + one.shown.en}>
              <dt>{one.words[language]}</dt>
              <dd className="num">{one.shown[language] || t('blank')}</dd>
              <Changed found={one} />
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

/** Who changed a value last, and when. */
function Changed({ found }: { found: Found }) {
  const { t } = useTexts('explained')
  const zone = useSession()?.workspace.timezone ?? 'UTC'
  const { changed } = found
  if (!changed) return null
  const by = changed.rule ? t('byRule', { rule: changed.rule }) : (changed.by?.title ?? t('byNobody'))
  return <dd className="explained-changed num">{t('changed', { by, at: formatInstant(changed.at, zone) })}</dd>
}

function Rows({ rows }: { rows: FoundRow[] }) {
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
