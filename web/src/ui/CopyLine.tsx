import { type FocusEvent, useState } from 'react'
import { useTexts } from '@/locales/i18n'
import { Button } from './Button'

/** How long the button says that it worked, in milliseconds. */
const SAID = 2_500

/** A text to take along: selected when it gets the focus, copied by its button, which says whether that worked; `lines` high where it is long. */
export function CopyLine({ label, value, lines }: { label: string; value: string; lines?: number }) {
  const { t } = useTexts()
  const [state, setState] = useState<'copy' | 'copied' | 'notCopied'>('copy')
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(value)
      setState('copied')
      setTimeout(() => setState('copy'), SAID)
    } catch {
      setState('notCopied')
    }
  }
  const shown = {
    readOnly: true,
    'aria-label': label,
    value,
    spellCheck: false,
    onFocus: (event: FocusEvent<HTMLInputElement | HTMLTextAreaElement>) => event.target.select(),
  }
  return (
    <>
      <div className="line copy-line">
        {lines ? (
          <textarea className="input area grow" rows={lines} {...shown} />
        ) : (
          <input className="input grow" {...shown} />
        )}
        <Button tone="primary" icon={state === 'copied' ? 'check' : 'copy'} onClick={() => void copy()}>
          {t(state === 'copied' ? 'copy.copied' : 'copy.copy')}
        </Button>
      </div>
      <p className={state === 'notCopied' ? 'hint' : 'sr'} role="status">
        {state === 'copy' ? '' : t(`copy.${state}`)}
      </p>
    </>
  )
}
