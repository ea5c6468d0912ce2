import { useTexts } from '@/locales/i18n'
import { Pill } from '@/ui/Top'
import type { Rule } from './api'

const TONES = { draft: 'amber', published: 'green', paused: 'slate', stopped: 'red' } as const

/** Draft, published, paused, or stopped by itself; a published rule with changes that others do not see says so. */
export function StatusPill({ rule }: { rule: Rule }) {
  const { t } = useTexts()
  const text = rule.status === 'stopped' ? t('rules:health.stopped') : t(rule.status)
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
