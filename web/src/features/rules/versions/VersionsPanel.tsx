import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Answer } from '@/api/client'
import { drawnKey, drawnQuery, restoreDrawn } from '@/api/drawn'
import { useSession } from '@/api/session'
import type { LanguageText } from '@/api/types'
import { useTexts } from '@/locales/i18n'
import { Button } from '@/ui/Button'
import { Loading } from '@/ui/Empty'
import { ProblemNote } from '@/ui/ProblemNote'
import { Select } from '@/ui/Select'
import { SidePanel } from '@/ui/SidePanel'
import { Pill } from '@/ui/Top'
import { toast } from '@/ui/toasts'
import { ZoneNote } from '@/ui/ZoneNote'
import { formatInstant } from '@/values/time'
import { type Rule, type RuleContent, type RulePause, type RuleVersion, rulePauses, ruleVersions } from '../api'
import { Difference } from './Difference'
import { Pause } from './Pause'
import './versions.css'
import '../texts'

/** Versions and pauses as they came about, newest first. */
type Entry = { at: string; version: RuleVersion } | { at: string; pause: RulePause }

function entriesOf(versions: RuleVersion[], pauses: RulePause[]): Entry[] {
  const entries: Entry[] = [
    ...versions.map((version) => ({ at: version.published_at, version })),
    ...pauses.map((pause) => ({ at: pause.since, pause })),
  ]
  return entries.sort((one, other) => Date.parse(other.at) - Date.parse(one.at))
}

/** Every published version with its text, and when the rule stood still; one click brings it back, another only copies it into the draft. */
export function VersionsPanel({
  rule,
  present,
  onClose,
  onEdit,
  onRestored,
}: {
  rule: Rule
  /** What stands in the editor, when it can be read. */
  present: RuleContent | null
  onClose: () => void
  onEdit: (text: LanguageText) => void
  onRestored: (answer: Answer<Rule>) => void
}) {
  const { t } = useTexts('rules')
  const client = useQueryClient()
  const [compared, setCompared] = useState<number | null>(null)
  const versions = useQuery({
    queryKey: drawnKey('rules', 'versions', rule.id, rule.published_version),
    queryFn: () => ruleVersions(rule.id),
  })
  const pauses = useQuery({
    queryKey: drawnKey('rules', 'pauses', rule.id, rule.version),
    queryFn: () => rulePauses(rule.id),
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
        <ZoneNote />
        {(versions.error ?? restore.error) && <ProblemNote error={versions.error ?? restore.error} />}
        {!versions.data && !versions.error && <Loading lines={4} />}
        {compared !== null && versions.data && (
          <Comparing versions={versions.data} version={compared} present={present} onBack={() => setCompared(null)} />
        )}
        {(compared === null && versions.data ? entriesOf(versions.data, pauses.data ?? []) : []).map((one) =>
          'pause' in one ? (
            <Pause key={`pause ${one.at}`} pause={one.pause} />
          ) : (
            <Version
              key={one.version.version}
              version={one.version}
              current={one.version.version === rule.published_version}
              busy={restore.isPending}
              onCompare={() => setCompared(one.version.version)}
              onRestore={() => restore.mutate(one.version.version)}
              onEdit={() => {
                onEdit({ text: one.version.content.text, language: one.version.content.language })
                onClose()
              }}
            />
          ),
        )}
      </div>
    </SidePanel>
  )
}

const DRAFT = 'draft'

/** One version beside another one, or beside what stands in the editor. */
function Comparing({
  versions,
  version,
  present,
  onBack,
}: {
  versions: RuleVersion[]
  version: number
  present: RuleContent | null
  onBack: () => void
}) {
  const { t } = useTexts('rules')
  const earlier = versions.find((one) => one.version < version)
  const [other, setOther] = useState(earlier ? String(earlier.version) : DRAFT)
  const chosen = versions.find((one) => one.version === version)
  const beside = other === DRAFT ? present : versions.find((one) => String(one.version) === other)?.content
  const choices = [
    ...(present ? [{ value: DRAFT, label: t('diff.draft') }] : []),
    ...versions
      .filter((one) => one.version !== version)
      .map((one) => ({ value: String(one.version), label: t('version', { version: one.version }) })),
  ]
  const older = other !== DRAFT && Number(other) < version
  return (
    <section className="stack" aria-label={t('diff.title')}>
      <div className="rule-diff-with">
        <Button small icon="left" onClick={onBack}>
          {t('backToList')}
        </Button>
        <b>{t('version', { version })}</b>
        <span className="mut">{t('diff.with')}</span>
        <Select
          size="small"
          label={t('diff.with')}
          value={other}
          choices={choices}
          onChange={(next) => setOther(next ?? DRAFT)}
        />
      </div>
      {chosen && beside && (
        <Difference before={older ? beside : chosen.content} after={older ? chosen.content : beside} />
      )}
    </section>
  )
}

function Version({
  version,
  current,
  busy,
  onCompare,
  onRestore,
  onEdit,
}: {
  version: RuleVersion
  current: boolean
  busy: boolean
  onCompare: () => void
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
          {version.published_by_name ? ` · ${version.published_by_name}` : ''}
        </span>
      </header>
      <pre>{content.formatted?.[language] ?? content.text}</pre>
      <div className="line">
        {!current && (
          <Button small busy={busy} onClick={onRestore}>
            {t('restore')}
          </Button>
        )}
        <Button small onClick={onCompare}>
          {t('compare')}
        </Button>
        <Button small tone="quiet" onClick={onEdit}>
          {t('copyToDraft')}
        </Button>
      </div>
    </article>
  )
}
