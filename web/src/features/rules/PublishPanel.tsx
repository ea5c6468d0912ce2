import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { LanguageText } from '@/api/types'
import { useTexts } from '@/locales/i18n'
import { Button } from '@/ui/Button'
import { Loading } from '@/ui/Empty'
import { Checkbox } from '@/ui/Inputs'
import { Icon } from '@/ui/icons'
import { ProblemNote } from '@/ui/ProblemNote'
import { SidePanel } from '@/ui/SidePanel'
import { toast } from '@/ui/toasts'
import { formatDecimal } from '@/values/decimal'
import { previewQuery } from './api'
import type { RuleDraft } from './useRuleDraft'
import type { RuleText } from './useRuleText'

/** Before a rule goes live: how many match now, that they do not fire, and the choice that they do. */
export function PublishPanel({
  rule,
  draft,
  canonical,
  onClose,
}: {
  rule: RuleText
  draft: RuleDraft
  canonical: LanguageText
  onClose: () => void
}) {
  const { t, tag, language } = useTexts('rules')
  const preview = useQuery(previewQuery(canonical))
  const [also, setAlso] = useState(false)
  const publishing = useMutation({
    mutationFn: () => draft.publish(also),
    onSuccess: (published) => {
      toast({ text: t('publishedNote', { name: published.name }) })
      onClose()
    },
  })
  const matching = preview.data?.matching
  const count = formatDecimal(String(matching ?? 0), tag)
  const warnings = rule.parsed?.diagnostics.filter((one) => one.severity !== 'error') ?? []
  return (
    <SidePanel
      title={t('publishTitle')}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>{t('app:cancel')}</Button>
          <Button tone="primary" busy={publishing.isPending} onClick={() => publishing.mutate()}>
            {also && matching ? t('publishAndFire', { count: matching, shown: count }) : t('app:publish')}
          </Button>
        </>
      }
    >
      <div className="stack">
        <p className="rule-publish-sentence">{rule.valid?.parsed.sentence?.[language]}</p>
        {preview.error && <ProblemNote error={preview.error} />}
        {!preview.data && !preview.error && <Loading lines={2} />}
        {matching !== undefined && (
          <>
            <p>
              <b className="num rule-publish-count">{count}</b> {t('matchNow', { count: matching })}
            </p>
            {!also && <p className="mut">{t('doNotFire')}</p>}
            {matching > 0 && (
              <Checkbox checked={also} onChange={setAlso}>
                {t('alsoExisting', { shown: count })}
              </Checkbox>
            )}
            {also && (
              <p className="rule-note">
                <Icon name="warning" />
                {t('alsoWarning', { count: matching, shown: count })}
              </p>
            )}
          </>
        )}
        {warnings.map((one) => (
          <p key={one.code + one.message} className="rule-note">
            <Icon name="info" />
            {one.message}
          </p>
        ))}
        {publishing.error && <ProblemNote error={publishing.error} />}
      </div>
    </SidePanel>
  )
}
