import { useTexts } from '@/locales/i18n'
import { Pill } from '@/ui/Top'
import type { ImportStatus } from './api'

const TONES: Partial<Record<ImportStatus, 'green' | 'amber' | 'red'>> = {
  done: 'green',
  partial: 'amber',
  running: 'amber',
  checking: 'amber',
  failed: 'red',
}

export function StatusPill({ status }: { status: ImportStatus }) {
  const { t } = useTexts('imports')
  return <Pill tone={TONES[status] ?? 'slate'}>{t(`statuses.${status}`)}</Pill>
}
