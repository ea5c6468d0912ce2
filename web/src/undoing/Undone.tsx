import { useState } from 'react'
import { useMay, useSession } from '@/api/session'
import type { Firing } from '@/api/types'
import { useTexts } from '@/locales/i18n'
import { Button } from '@/ui/Button'
import { Pill } from '@/ui/Top'
import { formatInstant } from '@/values/time'
import type { Deed } from './api'
import { UndoPanel } from './UndoPanel'

const DID_NOTHING = new Set(['skipped', 'blocked'])

/** The undo of one firing as a button; when it was undone: when and by whom, and the way back. */
export function UndoFiring({ firing }: { firing: Firing }) {
  const { t } = useTexts('undo')
  const mayWrite = useMay('manager')
  const zone = useSession()?.workspace.timezone ?? 'UTC'
  const [deed, setDeed] = useState<Deed | null>(null)
  const { undone } = firing
  const nothing = DID_NOTHING.has(firing.edge) || firing.effects.length === 0
  if (!undone && (nothing || !mayWrite)) return null
  return (
    <>
      {undone && (
        <span className="undone">
          <Pill tone="slate">{t(undone.left ? 'undoneInPart' : 'undone')}</Pill>
          <span className="mut num">
            {t('undoneBy', { at: formatInstant(undone.at, zone), by: undone.by?.title ?? t('nobody') })}
          </span>
        </span>
      )}
      {mayWrite && (
        <Button
          small
          tone="quiet"
          icon={undone ? 'redo' : 'undo'}
          onClick={() => setDeed(undone ? { kind: 'undo', id: undone.undo } : { kind: 'firing', id: firing.id })}
        >
          {t(undone ? 'back' : 'open')}
        </Button>
      )}
      {deed && <UndoPanel deed={deed} onClose={() => setDeed(null)} />}
    </>
  )
}
