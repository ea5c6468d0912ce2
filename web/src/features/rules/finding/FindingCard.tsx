import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { LanguageText } from '@/api/types'
import { useTexts } from '@/locales/i18n'
import { Loading } from '@/ui/Empty'
import { ProblemNote } from '@/ui/ProblemNote'
import { type Finding, findingQuery, type Listened } from './api'
import './finding.css'

/** What a rule costs other people's writes: which changes wake it, what is looked up, what is checked only then. */
export function FindingCard({ canonical }: { canonical: LanguageText }) {
  const { t } = useTexts('rules')
  const [open, setOpen] = useState(false)
  const finding = useQuery({ ...findingQuery(canonical, open), placeholderData: keepPreviousData })
  return (
    <details className="card rule-finding" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t('finding.title')}</summary>
      {open && (
        <div className="card-body">
          {finding.error && <ProblemNote error={finding.error} onRetry={() => void finding.refetch()} />}
          {finding.data ? <Told finding={finding.data} /> : !finding.error && <Loading lines={3} />}
        </div>
      )}
    </details>
  )
}

function Told({ finding }: { finding: Finding }) {
  const { t, language } = useTexts('rules')
  const { listens, keys, rest, shared, timed } = finding
  return (
    <dl>
      {listens.length > 0 && (
        <>
          <dt>{t('finding.listens')}</dt>
          <dd>
            <ul>
              {listens.map((one) => (
                <Change key={JSON.stringify(one)} of={one} />
              ))}
              {timed && <li>{t('finding.timed')}</li>}
            </ul>
          </dd>
          <dt>{t('finding.keys')}</dt>
          <dd>
            {keys ? keys[language] : t('finding.noKeys')}
            {keys && shared > 0 && <span className="hint">{t('finding.shared', { count: shared })}</span>}
          </dd>
        </>
      )}
      {listens.length === 0 && (
        <>
          <dt>{t('finding.listens')}</dt>
          <dd>{t('finding.schedule')}</dd>
        </>
      )}
      <dt>{t('finding.rest')}</dt>
      <dd>{rest ? rest[language] : t('finding.noRest')}</dd>
    </dl>
  )
}

function Change({ of }: { of: Listened }) {
  const { t, language } = useTexts('rules')
  const comma = t('app:listComma')
  const fields = of.fields.map((field) => field[language]).join(comma)
  const way = of.way.map((hop) => hop[language]).join(' → ')
  const events = of.events.filter((event) => event !== 'updated').map((event) => t(`finding.${event}`))
  return (
    <li>
      <b>{of.entity[language]}</b>
      {way && <span className="mut"> {t('finding.way', { way })}</span>}
      {of.everywhere && <span className="mut"> {t('finding.everywhere')}</span>}
      {t('finding.colon')}
      {[
        ...events,
        ...(of.events.includes('updated') ? [fields ? t('finding.changes', { fields }) : t('finding.any')] : []),
      ].join(comma)}
    </li>
  )
}
