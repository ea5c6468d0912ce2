import { useTexts } from '@/locales/i18n'
import { IconButton } from './Button'
import type { Undoable } from './history'

export function UndoButtons({
  history,
}: {
  history: Pick<Undoable<unknown>, 'undo' | 'redo' | 'canUndo' | 'canRedo'>
}) {
  const { t } = useTexts()
  return (
    <span className="undo-buttons">
      <IconButton icon="undo" label={`${t('undo')} (Ctrl+Z)`} disabled={!history.canUndo} onClick={history.undo} />
      <IconButton
        icon="redo"
        label={`${t('redo')} (Ctrl+Shift+Z)`}
        disabled={!history.canRedo}
        onClick={history.redo}
      />
    </span>
  )
}
