import type { ViewContent } from '@/api/types'
import { useTexts } from '@/locales/i18n'
import { IconButton } from '@/ui/Button'
import { Menu } from '@/ui/Menu'
import { place, remove, setSort, setTotal, setWidth, stepColumn } from './model'

const STEP = 40

/** Everything that dragging a column's head can do, and more, from the keyboard. */
export function ColumnMenu({
  path,
  label,
  numeric,
  content,
  onChange,
}: {
  path: string
  label: string
  numeric: boolean
  content: ViewContent
  onChange: (content: ViewContent) => void
}) {
  const { t } = useTexts('views')
  const grouped = content.group.includes(path)
  const width = content.columns.find((one) => one.field === path)?.width ?? 160
  return (
    <Menu
      items={[
        {
          key: 'up',
          icon: 'arrowUp',
          label: t('column.ascending'),
          onPick: () => onChange(setSort(content, path, false)),
        },
        {
          key: 'down',
          icon: 'arrowDown',
          label: t('column.descending'),
          onPick: () => onChange(setSort(content, path, true)),
        },
        {
          key: 'group',
          icon: 'group',
          label: grouped ? t('column.ungroup') : t('column.group'),
          onPick: () => onChange(grouped ? remove(content, 'group', path) : place(content, 'group', { path, numeric })),
        },
        {
          key: 'total',
          icon: 'sum',
          label: t('column.total'),
          onPick: () => onChange(setTotal(content, path, numeric ? 'sum' : 'count')),
        },
        {
          key: 'left',
          icon: 'left',
          divided: true,
          label: t('column.left'),
          onPick: () => onChange(stepColumn(content, path, -1)),
        },
        { key: 'right', icon: 'right', label: t('column.right'), onPick: () => onChange(stepColumn(content, path, 1)) },
        { key: 'wider', label: t('column.wider'), onPick: () => onChange(setWidth(content, path, width + STEP)) },
        {
          key: 'narrower',
          label: t('column.narrower'),
          onPick: () => onChange(setWidth(content, path, Math.max(60, width - STEP))),
        },
        {
          key: 'remove',
          icon: 'x',
          divided: true,
          label: t('column.remove'),
          onPick: () => onChange(remove(content, 'columns', path)),
        },
      ]}
    >
      <IconButton small icon="down" label={t('column.menu', { field: label })} />
    </Menu>
  )
}
