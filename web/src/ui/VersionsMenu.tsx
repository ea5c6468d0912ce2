import { useQuery } from '@tanstack/react-query'
import { type DrawnKind, drawnKey, versionsOf } from '@/api/drawn'
import { useSession } from '@/api/session'
import { useTexts } from '@/locales/i18n'
import { formatInstant } from '@/values/time'
import { IconButton } from './Button'
import { Menu } from './Menu'

/** The published versions of a drawn thing; one click restores one. */
export function VersionsMenu({
  kind,
  id,
  current,
  onRestore,
}: {
  kind: DrawnKind
  id: string
  current: number | null
  onRestore: (version: number) => void
}) {
  const { t } = useTexts()
  const zone = useSession()?.workspace.timezone ?? 'UTC'
  const { data } = useQuery({
    queryKey: drawnKey(kind, 'versions', id, current),
    queryFn: () => versionsOf(kind, id),
    enabled: current !== null,
  })
  if (!data?.length) return null
  return (
    <Menu
      items={data.map((version) => ({
        key: String(version.version),
        icon: version.version === current ? ('check' as const) : undefined,
        label: t('versions.restore', { number: version.version, at: formatInstant(version.published_at, zone) }),
        onPick: () => onRestore(version.version),
      }))}
    >
      <IconButton icon="clock" label={t('versions.title')} />
    </Menu>
  )
}
