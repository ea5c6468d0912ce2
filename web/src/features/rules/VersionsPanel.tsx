import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { Answer } from '@/api/client'
import { drawnKey, drawnQuery, restoreDrawn } from '@/api/drawn'
import { useSession } from '@/api/session'
import type { LanguageText } from '@/api/types'
import { useTexts } from '@/locales/i18n'
import { Button } from '@/ui/Button'
import { Loading } from '@/ui/Empty'
import { ProblemNote } from '@/ui/ProblemNote'
import { SidePanel } from '@/ui/SidePanel'
import { Pill } from '@/ui/Top'
import { toast } from '@/ui/toasts'
import { formatInstant } from '@/values/time'
import { type Rule, type RuleContent, type RuleVersion, ruleVersions } from './api'

/** Every published version with its text; one click brings it back, another only copies it into the draft. */
export function VersionsPanel({
  rule,
  onClose,
  onEdit,
  onRestored,
}: {
  rule: Rule
  onClose: () => void
  onEdit: (text: LanguageText) => void
  onRestored: (answer: Answer<Rule>) => void
}) {
  const { t } = useTexts('rules')
  const client = useQueryClient()
  const versions = useQuery({
    queryKey: drawnKey('rules', 'versions', rule.id, rule.published_version),
    queryFn: () => ruleVersions(rule.id),
  })
  const restore = useMutation({
    mutationFn: async (version: number) => {
      const now = await client.fetchQuery({ ...drawnQuery<RuleContent>('rules', rule.id), staleTime: 0 })
      return restoreDrawn<RuleContent>('rules', rule.id, version, now.etag)
    },
    onSuccess: (answer, version) => {
      onRestored(answer)
      toast({ text: t('restoredNote', { version }) })
    },
  })
  return (
    <SidePanel title={t('versions')} onClose={onClose}>
      <div className="stack">
        {(versions.error ?? restore.error) && <ProblemNote error={versions.error ?? restore.error} />}
        {!versions.data && !versions.error && <Loading lines={4} />}
        {versions.data?.map((one) => (
          <Version
            key={one.version}
            version={one}
            current={one.version === rule.published_version}
            busy={restore.isPending}
            onRestore={() => restore.mutate(one.version)}
            onEdit={() => {
              onEdit({ text: one.content.text, language: one.content.language })
              onClose()
            }}
          />
        ))}
      </div>
    </SidePanel>
  )
}

function Version({
  version,
  current,
  busy,
  onRestore,
  onEdit,
}: {
  version: RuleVersion
  current: boolean
  busy: boolean
  onRestore: () => void
  onEdit: () => void
}) {
  const { t, language } = useTexts('rules')
  const zone = useSession()?.workspace.timezone ?? 'UTC'
  const { content } = version
  return (
    <article className="rule-version">
      <header className="line">
        <b>{t('version', { version: version.version })}</b>
        {current && <Pill tone="green">{t('current')}</Pill>}
        <span className="mut num grow">
          {formatInstant(version.published_at, zone)}
          {version.published_by ? ` · ${version.published_by}` : ''}
        </span>
      </header>
      <pre>{content.formatted?.[language] ?? content.text}</pre>
      <div className="line">
        {!current && (
          <Button small busy={busy} onClick={onRestore}>
            {t('restore')}
          </Button>
        )}
        <Button small tone="quiet" onClick={onEdit}>
          {t('copyToDraft')}
        </Button>
      </div>
    </article>
  )
}
