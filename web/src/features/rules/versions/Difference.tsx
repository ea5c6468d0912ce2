import { useMemo } from 'react'
import type { LanguageCode } from '@/api/types'
import { useTexts } from '@/locales/i18n'
import type { RuleContent } from '../api'
import { difference, lines, type Stretch, words } from './diff'
import '../texts'

const textOf = (content: RuleContent, language: LanguageCode) => content.formatted?.[language] ?? content.text

/** Two versions of a rule: the text line by line, and the sentence word by word. */
export function Difference({ before, after }: { before: RuleContent; after: RuleContent }) {
  const { t, language } = useTexts('rules')
  const text = useMemo(
    () => difference(lines(textOf(before, language)), lines(textOf(after, language))),
    [before, after, language],
  )
  const [was, is] = [before.sentence?.[language], after.sentence?.[language]]
  const sentence = useMemo(() => (was && is ? difference(words(was), words(is)) : []), [was, is])
  if (text.every((one) => one.kind === 'same')) return <p className="mut">{t('diff.same')}</p>
  return (
    <>
      <pre className="rule-diff">
        <Stretches of={text} />
      </pre>
      {sentence.length > 0 && (
        <>
          <h3>{t('diff.words')}</h3>
          <p className="rule-diff-words">
            <Stretches of={sentence} />
          </p>
        </>
      )}
    </>
  )
}

function Stretches({ of }: { of: Stretch[] }) {
  const { t } = useTexts('rules')
  return of.map((one, at) => {
    // biome-ignore lint/suspicious/noArrayIndexKey: the stretches of one answer are fixed
    if (one.kind === 'same') return <span key={at}>{one.text}</span>
    const Mark = one.kind === 'added' ? 'ins' : 'del'
    return (
      // biome-ignore lint/suspicious/noArrayIndexKey: the stretches of one answer are fixed
      <Mark key={at}>
        <span className="sr">{t(`diff.${one.kind}`)} </span>
        {one.text}
      </Mark>
    )
  })
}
