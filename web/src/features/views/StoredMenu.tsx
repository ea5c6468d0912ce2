import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { createDrawn, drawnKey, publishDrawn, removeDrawn, restoreDrawn } from '@/api/drawn'
import { labelOf } from '@/api/model'
import { ApiProblem } from '@/api/problem'
import { useMay } from '@/api/session'
import type { Entity, ViewContent } from '@/api/types'
import { useTexts } from '@/locales/i18n'
import { IconButton } from '@/ui/Button'
import { Menu } from '@/ui/Menu'
import { toast } from '@/ui/toasts'
import { VersionsMenu } from '@/ui/VersionsMenu'
import type { StoredView } from './useViewDraft'

/** What can be done with a stored view: bring an earlier version back, delete it (and undo that). */
export function StoredMenu({ entity, stored }: { entity: Entity; stored: StoredView }) {
  const { t, language } = useTexts('views')
  const client = useQueryClient()
  const navigate = useNavigate()
  const mayShare = useMay('manager')
  const { view, etag } = stored
  const report = (error: unknown) =>
    toast({
      tone: 'bad',
      text: error instanceof ApiProblem ? error.general.join(' ') || error.message : t('app:failed'),
    })
  const refresh = () => client.invalidateQueries({ queryKey: drawnKey('views') })
  const restoring = useMutation({
    mutationFn: (version: number) => restoreDrawn<ViewContent>('views', view.id, version, etag),
    onError: report,
    onSuccess: async () => {
      await refresh()
      // The page is drawn anew from what is stored now.
      await navigate({ to: `/views/${entity.key}` })
      await navigate({ to: `/views/${entity.key}/${view.id}` })
      toast({ text: t('restored') })
    },
  })
  const again = async () => {
    const { name, labels, shared } = view
    const content = view.content ?? view.draft
    if (!content) return
    const made = await createDrawn('views', { name, labels, shared, entity: entity.key, content })
    if (view.published_version !== null) await publishDrawn('views', made.data.id, made.etag)
    await refresh()
    await navigate({ to: `/views/${entity.key}/${made.data.id}` })
  }
  const removing = useMutation({
    mutationFn: () => removeDrawn('views', view.id, etag),
    onError: report,
    onSuccess: async () => {
      await navigate({ to: `/views/${entity.key}` })
      await refresh()
      const undo = () => void again().catch(report)
      toast({ text: t('deleted', { name: labelOf(view, language) }), action: { label: t('app:undo'), run: undo } })
    },
  })
  if (view.shared && !mayShare) return null
  return (
    <>
      <VersionsMenu
        kind="views"
        id={view.id}
        current={view.published_version}
        onRestore={(version) => restoring.mutate(version)}
      />
      <Menu
        items={[
          { key: 'delete', icon: 'trash', danger: true, label: t('deleteView'), onPick: () => removing.mutate() },
        ]}
      >
        <IconButton icon="more" label={t('viewMenu')} />
      </Menu>
    </>
  )
}
