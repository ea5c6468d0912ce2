import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { api } from '@/api/client'
import { LIVE } from '@/api/records'
import { useSession } from '@/api/session'
import type { Notification, Page } from '@/api/types'
import { useTexts } from '@/locales/i18n'
import { IconButton } from '@/ui/Button'
import { Popup } from '@/ui/Popup'
import { formatAgo } from '@/values/time'

const noticesQuery = queryOptions({
  queryKey: [LIVE, 'notices'],
  queryFn: async ({ signal }) => {
    const { data } = await api.GET('/api/v1/notifications', { params: { query: { limit: 30 } }, signal })
    return data as Page<Notification>
  },
})

/** The bell: what the workspace wants this person to know; opening it marks all as read. */
export function Notices() {
  const { t } = useTexts()
  const client = useQueryClient()
  const [open, setOpen] = useState(false)
  const items = useQuery(noticesQuery).data?.items ?? []
  const unread = items.filter((notice) => !notice.read)
  const read = useMutation({
    mutationFn: () => api.POST('/api/v1/notifications/read', { body: { ids: unread.map((notice) => notice.id) } }),
    onSuccess: () => client.invalidateQueries({ queryKey: noticesQuery.queryKey }),
  })
  const onOpen = (next: boolean) => {
    setOpen(next)
    if (!next && unread.length) read.mutate()
  }
  return (
    <Popup
      label={t('notices.title')}
      open={open}
      onOpen={onOpen}
      content={<List items={items} onPick={() => onOpen(false)} />}
    >
      <IconButton icon="bell" badge={unread.length} label={t('notices.bell', { count: unread.length })} />
    </Popup>
  )
}

function List({ items, onPick }: { items: Notification[]; onPick: () => void }) {
  const { t, tag } = useTexts()
  const workspace = useSession()?.workspace
  const now = workspace ? Date.parse(workspace.now) : Date.now()
  if (!items.length) return <p className="mut">{t('notices.none')}</p>
  return (
    <ul className="notices" tabIndex={0} aria-label={t('notices.title')}>
      {items.map((notice) => {
        const body = (
          <>
            <span className={notice.read ? '' : 'unread'}>{notice.text}</span>
            <br />
            <span className="mut num">{formatAgo(notice.at, now, tag, workspace?.timezone ?? 'UTC')}</span>
          </>
        )
        return (
          <li key={notice.id}>
            {notice.record ? (
              <Link className="notice" to={`/records/${notice.record.entity}/${notice.record.id}`} onClick={onPick}>
                {body}
              </Link>
            ) : (
              <div className="notice">{body}</div>
            )}
          </li>
        )
      })}
    </ul>
  )
}
