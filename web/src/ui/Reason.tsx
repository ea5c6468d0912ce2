import type { Reason } from '@/api/types'
import { type LanguageTag, useTexts } from '@/locales/i18n'
import { formatDecimal } from '@/values/decimal'
import { Icon } from './icons'

/** A text that the server gives in one language or in both. */
export function wordsOf(text: unknown, language: 'zh' | 'en'): string {
  if (typeof text === 'string') return text
  if (text && typeof text === 'object') {
    const both = text as Partial<Record<'zh' | 'en', string>>
    return both[language] ?? both.en ?? both.zh ?? ''
  }
  return ''
}

function valueWords(value: unknown, tag: LanguageTag, yes: string, no: string): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'boolean') return value ? yes : no
  if (Array.isArray(value)) return value.map((one) => valueWords(one, tag, yes, no)).join(tag === 'zh-CN' ? '、' : ', ')
  if (typeof value === 'object') return wordsOf(value, tag === 'zh-CN' ? 'zh' : 'en')
  return formatDecimal(String(value), tag)
}

/** The parts of a condition, each with yes or no and what was found. */
export function ReasonTree({ reason }: { reason: Reason }) {
  return (
    <ul className="reason">
      <ReasonPart reason={reason} />
    </ul>
  )
}

function ReasonPart({ reason }: { reason: Reason }) {
  const { t, tag, language } = useTexts()
  const actual = reason.parts?.length ? '' : valueWords(reason.value, tag, t('yes'), t('no'))
  return (
    <li>
      <div className={reason.holds ? 'part yes' : 'part no'}>
        <Icon name={reason.holds ? 'check' : 'x'} />
        <span className="sr">{reason.holds ? t('yes') : t('no')}</span>
        <span className="words">{wordsOf(reason.sentence, language)}</span>
        {actual && <span className="actual num">{t('actual', { value: actual })}</span>}
      </div>
      {reason.parts && reason.parts.length > 0 && (
        <ul>
          {reason.parts.map((part, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a reason are fixed and have no ids
            <ReasonPart key={index} reason={part} />
          ))}
        </ul>
      )}
    </li>
  )
}
