import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { lazy, Suspense, useCallback, useDeferredValue, useMemo, useState } from 'react'
import { drawnListQuery } from '@/api/drawn'
import { useSettled } from '@/api/language'
import { labelOf, manyOf } from '@/api/model'
import { useMay } from '@/api/session'
import type { Entity, OutlineQuery, ViewContent } from '@/api/types'
import { gridActions } from '@/app/features'
import { useTexts } from '@/locales/i18n'
import { Button, LinkButton } from '@/ui/Button'
import { SearchInput } from '@/ui/Inputs'
import { ProblemNote } from '@/ui/ProblemNote'
import { Pill, Top } from '@/ui/Top'
import { UndoButtons } from '@/ui/UndoButtons'
import { RecordGrid } from './RecordGrid'
import { SaveView } from './SaveView'
import { StoredMenu } from './StoredMenu'
import { useRows } from './useRows'
import { type StoredView, useViewDraft } from './useViewDraft'
import { ViewSentence } from './ViewSentence'
import './views.css'

/** Dragging comes with building only. */
const Builder = lazy(() => import('./Builder'))

export interface ViewRoomProps {
  entity: Entity
  entities: Entity[]
  stored: StoredView | null
}

/** A view of an entity: its sentence, its grid, and, while building, the palette and the zones around them. */
export function ViewRoom({ entity, entities, stored }: ViewRoomProps) {
  const { t, language } = useTexts('views')
  const navigate = useNavigate()
  const [building, setBuilding] = useState(false)
  const [search, setSearch] = useState('')
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set())
  const draft = useViewDraft(entity, stored, building)
  const content = useDeferredValue(draft.now)
  const words = useSettled(search.trim(), 200)
  const query = useMemo<OutlineQuery>(
    () => ({
      filter: content.filter,
      search: words || undefined,
      sort: content.sort,
      group: content.group,
      totals: content.totals,
    }),
    [content.filter, content.sort, content.group, content.totals, words],
  )
  const fields = useMemo(() => content.columns.map((column) => column.field), [content.columns])
  const isClosed = useCallback((key: string) => closed.has(key), [closed])
  const rows = useRows(entity.key, query, fields, isClosed)
  const toggle = useCallback(
    (key: string) =>
      setClosed((now) => (now.has(key) ? new Set([...now].filter((one) => one !== key)) : new Set([...now, key]))),
    [],
  )

  const name = stored ? labelOf(stored.view, language) : t('all', manyOf(entity, language))
  const grid = (
    <>
      <div className="view-line">
        <ViewSentence
          entity={entity}
          entities={entities}
          content={draft.now}
          count={rows.layout?.outline.count}
          onChange={draft.set}
        />
        <SearchInput label={t('search')} value={search} onChange={setSearch} />
      </div>
      {rows.error ? <ProblemNote error={rows.error} onRetry={rows.retry} /> : null}
      <RecordGrid
        entity={entity}
        entities={entities}
        content={content}
        rows={rows}
        commands={draft.commands}
        onChange={draft.set}
        onToggle={toggle}
        filtered={Boolean(content.filter || words)}
        onClear={() => {
          setSearch('')
          draft.set({ ...draft.now, filter: null })
        }}
      />
    </>
  )
  return (
    <>
      <Top
        title={name}
        crumbs={[{ label: t('rail'), to: '/views' }]}
        state={
          stored ? (
            <ViewState stored={stored} changed={draft.changed} />
          ) : (
            draft.changed && <Pill tone="amber">{t('onlyYou')}</Pill>
          )
        }
      >
        {building && (
          <span className="saved">
            {t(`app:${{ saved: 'draftSaved', saving: 'draftSaving', local: 'draftLocal' }[draft.draftState]}`)}
          </span>
        )}
        <UndoButtons history={draft.commands} />
        {draft.changed && (
          <Button tone="quiet" onClick={draft.reset}>
            {t('reset')}
          </Button>
        )}
        {stored && <StoredMenu entity={entity} stored={stored} />}
        <GridActions entity={entity} />
        <Button icon="edit" aria-pressed={building} onClick={() => setBuilding(!building)}>
          {building ? t('stopBuilding') : t('build')}
        </Button>
        {(draft.changed || building) && (
          <SaveView
            stored={stored}
            draft={draft}
            onSaved={(view) => void navigate({ to: `/views/${entity.key}/${view.id}` })}
          />
        )}
        <LinkButton
          to={`/records/${entity.key}/new`}
          icon="plus"
          tone={draft.changed || building ? 'plain' : 'primary'}
        >
          {t('newRecord')}
        </LinkButton>
      </Top>
      <ViewTabs entity={entity} current={stored?.view.id} />
      {building ? (
        <Suspense fallback={<div className="view-work">{grid}</div>}>
          <Builder entity={entity} entities={entities} content={draft.now} onChange={draft.set}>
            {grid}
          </Builder>
        </Suspense>
      ) : (
        <div className="view-work">{grid}</div>
      )}
    </>
  )
}

function ViewState({ stored, changed }: { stored: StoredView; changed: boolean }) {
  const { t } = useTexts('views')
  if (changed) return <Pill tone="amber">{t('onlyYou')}</Pill>
  if (stored.view.published_version === null) return <Pill tone="amber">{t('app:draft')}</Pill>
  return <Pill tone={stored.view.shared ? 'green' : 'slate'}>{stored.view.shared ? t('shared') : t('personal')}</Pill>
}

/** What other features offer above a grid (import), as far as the person may. */
function GridActions({ entity }: { entity: Entity }) {
  const { t } = useTexts()
  const manager = useMay('manager')
  const offered = gridActions.filter((action) => !action.roles || manager)
  return offered.map((action) => (
    <LinkButton key={action.key} to={action.to(entity)} icon={action.icon}>
      {t(action.text)}
    </LinkButton>
  ))
}

/** The views of the entity, everybody's and one's own, beside the plain list of all records. */
function ViewTabs({ entity, current }: { entity: Entity; current: string | undefined }) {
  const { t, language } = useTexts('views')
  const views = useQuery(drawnListQuery<ViewContent>('views', entity.key)).data ?? []
  return (
    <nav className="view-tabs" aria-label={t('views')}>
      <Link
        to={`/views/${entity.key}`}
        className={current ? 'view-tab' : 'view-tab on'}
        aria-current={current ? undefined : 'page'}
      >
        {t('all', manyOf(entity, language))}
      </Link>
      {views.map((view) => (
        <Link
          key={view.id}
          to={`/views/${entity.key}/${view.id}`}
          className={view.id === current ? 'view-tab on' : 'view-tab'}
          aria-current={view.id === current ? 'page' : undefined}
        >
          {labelOf(view, language)}
        </Link>
      ))}
    </nav>
  )
}
