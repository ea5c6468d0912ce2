import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { entitiesQuery, labelOf, manyOf } from '@/api/model'
import { useTexts } from '@/locales/i18n'
import { Button } from '@/ui/Button'
import { Loading } from '@/ui/Empty'
import { ProblemNote } from '@/ui/ProblemNote'
import { SidePanel } from '@/ui/SidePanel'
import { formatDecimal } from '@/values/decimal'
import { type Missed, missedQuery, type Person } from './api'

/** Before an account is switched off: what still names the person, and what goes on without them. */
export function LeavePanel({
  person,
  busy,
  error,
  onSure,
  onClose,
}: {
  person: Person
  busy: boolean
  error: unknown
  onSure: () => void
  onClose: () => void
}) {
  const { t } = useTexts('admin')
  const missed = useQuery(missedQuery(person.id))
  const problem = missed.error ?? error
  return (
    <SidePanel
      title={t('leaving.title', { name: person.name })}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>{t('app:cancel')}</Button>
          <Button tone="primary" busy={busy} disabled={!missed.data} onClick={onSure}>
            {t('people.deactivate')}
          </Button>
        </>
      }
    >
      <div className="stack">
        {problem ? <ProblemNote error={problem} /> : null}
        {!missed.data && !missed.error && <Loading lines={3} />}
        {missed.data && <Told person={person} missed={missed.data} />}
      </div>
    </SidePanel>
  )
}

function Told({ person, missed }: { person: Person; missed: Missed }) {
  const { t, tag, language } = useTexts('admin')
  const entities = useQuery(entitiesQuery).data ?? []
  const named = missed.records.map((held) => {
    const entity = entities.find((one) => one.key === held.entity)
    const field = entity?.fields.find((one) => one.key === held.field)
    return {
      ...held,
      shown: formatDecimal(String(held.count), tag),
      entityWords: entity
        ? held.count === 1
          ? labelOf(entity, language)
          : manyOf(entity, language).entity
        : held.entity,
      fieldWords: field ? labelOf(field, language) : held.field,
    }
  })
  return (
    <>
      <p>{t('leaving.about', { name: person.name })}</p>
      {named.length > 0 && (
        <section>
          <h3>{t('leaving.records')}</h3>
          <ul className="leaving-list">
            {named.map((one) => (
              <li key={`${one.entity}-${one.field}`}>
                <Link to={`/views/${one.entity}`}>
                  {t('leaving.record', { shown: one.shown, entity: one.entityWords, field: one.fieldWords })}
                </Link>
              </li>
            ))}
          </ul>
          <p className="hint">{t('leaving.nobody')}</p>
        </section>
      )}
      {missed.rules.length > 0 && (
        <section>
          <h3>{t('leaving.rules')}</h3>
          <ul className="leaving-list">
            {missed.rules.map((rule) => (
              <li key={rule.id}>
                <Link to={`/rules/${rule.id}`}>{rule.name}</Link>
              </li>
            ))}
          </ul>
        </section>
      )}
      {missed.tokens > 0 && <p>{t('leaving.tokens', { count: missed.tokens })}</p>}
      {!named.length && !missed.rules.length && !missed.tokens && <p className="mut">{t('leaving.nothing')}</p>}
      <p className="hint">{t('leaving.told')}</p>
    </>
  )
}
