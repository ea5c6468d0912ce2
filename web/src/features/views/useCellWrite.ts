/** Writes a value from a cell: shown at once, undone with Ctrl+Z, taken back when the server refuses it. */
import { type InfiniteData, type QueryKey, useQueryClient } from '@tanstack/react-query'
import { useCallback, useRef } from 'react'
import { ApiProblem } from '@/api/problem'
import { etagOf, LIVE, updateRecord } from '@/api/records'
import type { Entity, Page, Row, Value } from '@/api/types'
import { useTexts } from '@/locales/i18n'
import type { Commands } from '@/ui/commands'
import { toast } from '@/ui/toasts'
import { pageKey } from './useRows'

export type CellWrite = (row: Row, path: string, value: Value, title?: string) => void

export function useCellWrite(entity: Entity, commands: Commands): CellWrite {
  const client = useQueryClient()
  const { t } = useTexts('views')
  const versions = useRef(new Map<string, number>())
  const key: QueryKey = pageKey(entity.key)
  const { run } = commands

  const show = useCallback(
    (id: string, change: (row: Row) => Row) => {
      client.setQueriesData<Page<Row> | InfiniteData<Page<Row>>>({ queryKey: key }, (page) =>
        page && 'items' in page
          ? { ...page, items: page.items.map((row) => (row.id === id ? change(row) : row)) }
          : page,
      )
    },
    [client, key],
  )

  const write = useCallback(
    async (row: Row, path: string, value: Value, title: string | undefined) => {
      const version = versions.current.get(row.id) ?? row.version
      show(row.id, (held) => ({
        ...held,
        values: { ...held.values, [path]: value },
        titles: { ...held.titles, [path]: title ?? '' },
      }))
      try {
        const { data } = await updateRecord(entity.key, row.id, { [path]: value }, etagOf(version))
        versions.current.set(row.id, data.record.version)
        show(row.id, (held) => ({ ...held, version: data.record.version }))
        if (data.firings.length) toast({ text: t('fired', { count: data.firings.length }) })
      } catch (error) {
        versions.current.delete(row.id)
        const words = error instanceof ApiProblem ? [...error.of(path), ...error.general].join(' ') : t('app:failed')
        toast({ text: error instanceof ApiProblem && error.stale ? t('stale') : words, tone: 'bad' })
      }
      await client.invalidateQueries({ queryKey: [LIVE] })
    },
    [client, entity.key, show, t],
  )

  return useCallback<CellWrite>(
    (row, path, value, title) => {
      const before = row.values[path] ?? null
      if (JSON.stringify(before) === JSON.stringify(value)) return
      run({
        redo: () => void write(row, path, value, title),
        undo: () => void write(row, path, before, row.titles[path]),
      })
    },
    [run, write],
  )
}
