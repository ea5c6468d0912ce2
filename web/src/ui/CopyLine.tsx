import { useState } from 'react'
import { useTexts } from '@/locales/i18n'
import { Button } from './Button'

/** How long the button says that it worked, in milliseconds. */
const SAID = 2_500

/** A text to take along: selected when it gets the focus, copied by its button, which says whether that worked. */
export function CopyLine({ label, value }: { label: string; value: string }) {
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
  return (
    <>
      <div className="line copy-line">
        <input
          className="input grow"
          readOnly
          aria-label={label}
          value={value}
          onFocus={(event) => event.target.select()}
        />
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
