import { useState } from 'react'
import { labelOf } from '@/api/model'
import { useMay } from '@/api/session'
import type { Drawn, ViewContent } from '@/api/types'
import { useTexts } from '@/locales/i18n'
import { Button } from '@/ui/Button'
import { Labelled, Segmented, TextInput } from '@/ui/Inputs'
import { Popup } from '@/ui/Popup'
import { ProblemNote } from '@/ui/ProblemNote'
import { toast } from '@/ui/toasts'
import type { StoredView, ViewDraft } from './useViewDraft'

type Reach = 'mine' | 'everyone'

/** Saving: for oneself by default, for everyone as an act of its own. */
export function SaveView({
  stored,
  draft,
  onSaved,
}: {
  stored: StoredView | null
  draft: ViewDraft
  onSaved: (view: Drawn<ViewContent>) => void
}) {
  const { t, language } = useTexts('views')
  const mayShare = useMay('manager')
  const [open, setOpen] = useState(false)
  const view = stored?.view
  const [name, setName] = useState(view ? labelOf(view, language) : '')
  const [reach, setReach] = useState<Reach>(view?.shared ? 'everyone' : 'mine')
  const mayChange = view && (!view.shared || mayShare)
  const save = async (asNew: boolean) => {
    const labels = asNew || !view ? { [language]: name.trim() } : { ...view.labels, [language]: name.trim() }
    const saved = await draft
      .publish({ name: asNew || !view ? name.trim() : view.name, labels, shared: reach === 'everyone', asNew })
      .catch(() => null)
    if (!saved) return
    setOpen(false)
    toast({ text: reach === 'everyone' ? t('saved.everyone', { name }) : t('saved.mine', { name }) })
    onSaved(saved)
  }
  const form = (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault()
        void save(!mayChange)
      }}
    >
      <Labelled label={t('name')}>
        {(ids) => <TextInput {...ids} required autoFocus maxLength={80} value={name} onChange={setName} />}
      </Labelled>
      <Segmented
        label={t('reach')}
        value={reach}
        onChange={setReach}
        options={[
          { value: 'mine', label: t('forMe') },
          ...(mayShare ? [{ value: 'everyone' as const, label: t('forEveryone') }] : []),
        ]}
      />
      {reach === 'everyone' && <p className="hint">{t('everyoneHint')}</p>}
      {draft.publishError ? <ProblemNote error={draft.publishError} /> : null}
      <div className="line">
        <Button tone="primary" type="submit" busy={draft.publishing} disabled={!name.trim()}>
          {mayChange ? t('saveChanges') : t('saveView')}
        </Button>
        {mayChange && (
          <Button disabled={!name.trim() || draft.publishing} onClick={() => void save(true)}>
            {t('saveAsNew')}
          </Button>
        )}
      </div>
    </form>
  )
  return (
    <Popup label={t('save')} open={open} onOpen={setOpen} content={form}>
      <Button tone="primary">{t('save')}</Button>
    </Popup>
  )
}
