import { useNavigate } from '@tanstack/react-router'
import { type ReactNode, useCallback, useMemo } from 'react'
import { labelOf, manyOf, optionOf, pathLabel, resolvePath, titleField } from '@/api/model'
import type { Entity, Field, LanguageCode, Row, Total, ViewContent } from '@/api/types'
import { OptionTag } from '@/fields/cells'
import { fieldType } from '@/fields/registry'
import { useTexts } from '@/locales/i18n'
import { Button, LinkButton } from '@/ui/Button'
import type { Commands } from '@/ui/commands'
import { Empty } from '@/ui/Empty'
import { Grid, type GridColumn } from '@/ui/grid/Grid'
import { GridGhost } from '@/ui/grid/GridGhost'
import type { GroupNode } from '@/ui/grid/layout'
import { LEAST } from '@/ui/grid/RowLine'
import { formatDecimal } from '@/values/decimal'
import { CellEditor } from './CellEditor'
import { ColumnMenu } from './ColumnMenu'
import { setWidth, toggleSort } from './model'
import { useCellWrite } from './useCellWrite'
import type { Rows } from './useRows'

export interface RecordGridProps {
  entity: Entity
  entities: Entity[]
  content: ViewContent
  rows: Rows
  commands: Commands
  onChange: (content: ViewContent) => void
  onToggle: (key: string) => void
  filtered: boolean
  onClear: () => void
}

/** The records of a view in the grid. */
export function RecordGrid({
  entity,
  entities,
  content,
  rows,
  commands,
  onChange,
  onToggle,
  filtered,
  onClear,
}: RecordGridProps) {
  const { t, language } = useTexts('views')
  const navigate = useNavigate()
  const write = useCellWrite(entity, commands)
  const columns = useColumns(entity, entities, content, rows, onChange)
  const open = useCallback(
    (row: Row) => void navigate({ to: `/records/${entity.key}/${row.id}` }),
    [navigate, entity.key],
  )
  const drawEditor = useCallback(
    (row: Row, path: string, done: (move?: 'down' | 'right') => void) => {
      const field = entity.fields.find((one) => one.key === path)
      return field && <CellEditor key={`${row.id}/${path}`} field={field} row={row} onWrite={write} onDone={done} />
    },
    [entity, write],
  )
  const sort = useCallback((path: string) => onChange(toggleSort(content, path)), [content, onChange])
  const resize = useCallback(
    (path: string, width: number) => onChange(setWidth(content, path, width)),
    [content, onChange],
  )
  const fold = useCallback((node: GroupNode) => onToggle(node.key), [onToggle])
  const drawGroup = useCallback(
    (node: GroupNode) => <GroupHead node={node} entity={entity} entities={entities} content={content} />,
    [entity, entities, content],
  )
  const many = manyOf(entity, language)
  if (!rows.layout)
    return rows.error ? null : (
      <div className="grid-place">
        <GridGhost heads={columns.map((column) => column.label)} />
      </div>
    )
  const empty = filtered ? (
    <Empty icon="filter" title={t('noMatch.title')} action={<Button onClick={onClear}>{t('noMatch.action')}</Button>}>
      {t('noMatch.text')}
    </Empty>
  ) : (
    <Empty
      title={t('noRecords.title', many)}
      action={
        <LinkButton to={`/records/${entity.key}/new`} tone="primary" icon="plus">
          {t('newRecord')}
        </LinkButton>
      }
    >
      {t('noRecords.text')}
    </Empty>
  )
  return (
    <div className={rows.pending ? 'grid-place pending' : 'grid-place'} aria-busy={rows.pending}>
      <Grid
        label={t('gridLabel', many)}
        layout={rows.layout}
        columns={columns}
        rowAt={rows.rowAt}
        onVisible={rows.onVisible}
        onSort={sort}
        onWidth={resize}
        onOpen={open}
        onToggle={fold}
        drawGroup={drawGroup}
        drawEditor={drawEditor}
        totals={content.totals.length > 0}
        empty={empty}
      />
    </div>
  )
}

function useColumns(
  entity: Entity,
  entities: Entity[],
  content: ViewContent,
  rows: Rows,
  onChange: RecordGridProps['onChange'],
): GridColumn[] {
  const { tag, language, t } = useTexts('views')
  const totals = rows.layout?.outline.totals
  return useMemo(() => {
    const title = titleField(entity)
    return content.columns.flatMap(({ field: path, width }): GridColumn[] => {
      const found = resolvePath(entities, entity, path)
      if (!found) return []
      const type = fieldType(found.field.type)
      const sort = content.sort.find((one) => one.field === path)
      const drawn = content.totals.flatMap((total, index) =>
        total.field === path ? [totalWords(total, totals?.[index] ?? null, found.field, tag, t)] : [],
      )
      return [
        {
          key: path,
          label: pathLabel(found, language),
          width: width ?? (path === title ? 230 : firstWidth(found.field, type.width, language)),
          fixed: width !== undefined,
          wide: path === title,
          right: type.right,
          sorted: sort && (sort.descending ? 'descending' : 'ascending'),
          editable: found.steps.length === 1 && !found.field.system && Boolean(type.Editor) && !type.pageOnly,
          draw: (row) => (
            <type.Cell field={found.field} value={row.values[path] ?? null} title={row.titles[path]} row={row} />
          ),
          menu: (
            <ColumnMenu
              path={path}
              label={pathLabel(found, language)}
              numeric={type.right === true}
              content={content}
              onChange={onChange}
            />
          ),
          total: drawn.length ? drawn.join(' · ') : undefined,
        },
      ]
    })
  }, [entity, entities, content, totals, tag, language, t, onChange])
}

/** Wide enough for the longest option of a choice, as far as that is no waste of room. */
function firstWidth(field: Field, usual: number, language: LanguageCode): number {
  const letters = field.options.map((option) =>
    [...labelOf(option, language)].reduce((sum, letter) => sum + (letter > '\u2e80' ? 14 : 7.6), 0),
  )
  return Math.max(usual, Math.min(230, Math.ceil((Math.max(0, ...letters) + 44) / LEAST)))
}

type Texts = ReturnType<typeof useTexts>['t']

function totalWords(total: Total, value: string | null, field: Field, tag: string, t: Texts): string {
  const amount = value === null ? '–' : formatDecimal(value, tag, total.function === 'count' ? 0 : field.decimals)
  return `${t(`functions.${total.function}`)} ${amount}`
}

function GroupHead({
  node,
  entity,
  entities,
  content,
}: {
  node: GroupNode
  entity: Entity
  entities: Entity[]
  content: ViewContent
}): ReactNode {
  const { t, tag, language } = useTexts('views')
  const found = resolvePath(entities, entity, content.group[node.depth] ?? '')
  const option = found && typeof node.value === 'string' ? optionOf(found.field, node.value) : undefined
  const name = node.value === null ? t('blank') : node.label || String(node.value)
  const yesNo = typeof node.value === 'boolean' ? t(node.value ? 'app:yes' : 'app:no') : name
  return (
    <>
      {found && <span className="mut">{pathLabel(found, language)}</span>}
      {option ? <OptionTag option={option} value={option.value} /> : <b>{yesNo}</b>}
      <span className="mut num">
        {t('records', { count: node.count, shown: formatDecimal(String(node.count), tag) })}
      </span>
      {content.totals.map((total, index) => {
        const field = resolvePath(entities, entity, total.field)
        const value = node.totals[index]
        if (!field || value === null || value === undefined) return null
        return (
          <span key={total.field} className="mut num">
            {`· ${pathLabel(field, language)} ${totalWords(total, value, field.field, tag, t)}`}
          </span>
        )
      })}
    </>
  )
}
