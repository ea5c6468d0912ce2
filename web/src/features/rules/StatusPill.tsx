import { useTexts } from '@/locales/i18n'
import { Pill } from '@/ui/Top'
import type { Rule } from './api'

const TONES = { draft: 'amber', published: 'green', paused: 'slate' } as const

/** Draft, published or paused; a published rule with changes that others do not see says so. */
export function StatusPill({ rule }: { rule: Rule }) {
  const { t } = useTexts()
  const text = { draft: t('draft'), published: t('published'), paused: t('paused') }[rule.status]
  return (
    <>
      <Pill tone={TONES[rule.status]}>{text}</Pill>
      {rule.draft && rule.status !== 'draft' && (
        <span className="rule-draft-pill">
          <Pill tone="amber">{t('rules:hasDraft')}</Pill>
        </span>
      )}
    </>
  )
}
