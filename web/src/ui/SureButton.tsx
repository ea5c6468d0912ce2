import { useRef, useState } from 'react'
import { useTexts } from '@/locales/i18n'
import { Button } from './Button'
import type { IconName } from './icons'

/** For what no undo repairs: the first press asks, the second does it. */
export function SureButton({
  label,
  question,
  sure,
  icon,
  quiet,
  busy,
  onSure,
}: {
  label: string
  /** What is lost, or who is reached. */
  question: string
  /** The second button's words. */
  sure: string
  icon?: IconName
  quiet?: boolean
  busy?: boolean
  onSure: () => void
}) {
  const { t } = useTexts()
  const [asking, setAsking] = useState(false)
  const asked = useRef(false)
  const ask = (on: boolean) => {
    asked.current = true
    setAsking(on)
  }
  // The focus follows the buttons that take each other's place.
  const follow = (button: HTMLButtonElement | null) => {
    if (asked.current) button?.focus()
  }
  if (!asking) {
    return (
      <Button ref={follow} small tone={quiet ? 'quiet' : undefined} icon={icon} busy={busy} onClick={() => ask(true)}>
        {label}
      </Button>
    )
  }
  return (
    <span
      className="sure"
      role="group"
      aria-label={question}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return
        event.preventDefault()
        ask(false)
      }}
    >
      <span>{question}</span>
      <Button
        small
        tone="primary"
        ref={follow}
        onClick={() => {
          ask(false)
          onSure()
        }}
      >
        {sure}
      </Button>
      <Button small onClick={() => ask(false)}>
        {t('cancel')}
      </Button>
    </span>
  )
}
