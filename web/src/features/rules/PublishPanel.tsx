import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { LIVE } from '@/api/records'
import type { LanguageText } from '@/api/types'
import { useTexts } from '@/locales/i18n'
import { Button } from '@/ui/Button'
import { Loading } from '@/ui/Empty'
import { Checkbox, Labelled, TextInput } from '@/ui/Inputs'
import { Icon } from '@/ui/icons'
import { ProblemNote } from '@/ui/ProblemNote'
import { SidePanel } from '@/ui/SidePanel'
import { toast } from '@/ui/toasts'
import { formatDecimal } from '@/values/decimal'
import { previewQuery } from './api'
import { allow, type Period, safetyQuery } from './safety/api'
import { CircleCard } from './safety/CircleCard'
import { RateField } from './safety/RateField'
import type { RuleDraft } from './useRuleDraft'
import type { RuleText } from './useRuleText'

interface Rate {
  most: number | null
  per: Period
}

const CAP = 50
const BLANK: Rate = { most: null, per: 'hour' }

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
  const [cap, setCap] = useState<number | null>(CAP)
  const safety = useQuery(safetyQuery(draft.rule?.published_version ? draft.rule.id : undefined))
  const [typed, setTyped] = useState<Rate | null>(null)
  const rate = typed ?? (safety.data?.own ? safety.data.allowed : BLANK)
  const client = useQueryClient()
  const publishing = useMutation({
    mutationFn: async () => {
      const saved = await draft.flush()
      // Before the first firing, so that it holds from the beginning.
      if (saved && typed) await allow(saved.id, typed.most, typed.per)
      return draft.publish({ alsoExisting: also, cap })
    },
    onSuccess: (published) => {
      void client.invalidateQueries({ queryKey: [LIVE] })
      toast({ text: t('publishedNote', { name: published.name }) })
      onClose()
    },
  })
  const navigate = useNavigate()
  const tryIt = async () => {
    const saved = await draft.flush()
    if (saved) void navigate({ to: `/rules/${saved.id}/backtest` })
  }
  const matching = preview.data?.matching
  const count = formatDecimal(String(matching ?? 0), tag)
  const first = Math.min(matching ?? 0, cap ?? Number.POSITIVE_INFINITY)
  const firstShown = formatDecimal(String(first), tag)
  const told = rule.parsed?.circles ?? []
  // A circle is drawn below: its sentence would say the same again.
  const warnings =
    rule.parsed?.diagnostics.filter(
      (one) => one.severity !== 'error' && !(told.length > 0 && one.code === 'rules-in-a-circle'),
    ) ?? []
  return (
    <SidePanel
      title={t('publishTitle')}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>{t('app:cancel')}</Button>
          <Button tone="primary" busy={publishing.isPending} onClick={() => publishing.mutate()}>
            {also && first ? t('publishAndFire', { count: first, shown: firstShown }) : t('app:publish')}
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
              <>
                <Cap cap={cap} onChange={setCap} />
                <p className="rule-note">
                  <Icon name="warning" />
                  <span>
                    {t('alsoWarning', { count: first, shown: firstShown })}
                    {matching > first && (
                      <>
                        {' '}
                        {t('alsoHeld', {
                          count: matching - first,
                          shown: formatDecimal(String(matching - first), tag),
                        })}
                      </>
                    )}
                  </span>
                </p>
              </>
            )}
          </>
        )}
        <p className="rule-note">
          <Icon name="clock" />
          <span>
            {t('tryPastHint')}{' '}
            <Button small onClick={() => void tryIt()}>
              {t('tryPast')}
            </Button>
          </span>
        </p>
        {warnings.map((one) => (
          <p key={one.code + one.message} className="rule-note">
            <Icon name="info" />
            {one.message}
          </p>
        ))}
        <CircleCard circles={told} />
        <RateField value={rate} standard={safety.data?.default} onChange={setTyped} />
        {publishing.error && <ProblemNote error={publishing.error} intoSight />}
      </div>
    </SidePanel>
  )
}

/** How many of those that match now fire at once; blank is all of them. */
function Cap({ cap, onChange }: { cap: number | null; onChange: (cap: number | null) => void }) {
  const { t } = useTexts('rules')
  return (
    <Labelled label={t('cap')} hint={t('capHint')}>
      {(ids) => (
        <TextInput
          {...ids}
          inputMode="numeric"
          value={cap === null ? '' : String(cap)}
          placeholder={t('capAll')}
          onChange={(text) => {
            const digits = text.replace(/\D/g, '').slice(0, 6)
            onChange(digits === '' ? null : Number(digits))
          }}
        />
      )}
    </Labelled>
  )
}
