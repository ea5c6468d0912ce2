import { useTexts } from '@/locales/i18n'
import { Icon } from '@/ui/icons'

const STEPS = ['file', 'columns', 'check', 'run'] as const

/** Where in the import one is. */
export function Steps({ now }: { now: number }) {
  const { t } = useTexts('imports')
  return (
    <ol className="import-steps" aria-label={t('stepsLabel')}>
      {STEPS.map((step, at) => (
        <li
          key={step}
          className={at < now ? 'past' : at === now ? 'now' : ''}
          aria-current={at === now ? 'step' : undefined}
        >
          <span className="import-step-mark num">{at < now ? <Icon name="check" /> : at + 1}</span>
          {t(`steps.${step}`)}
        </li>
      ))}
    </ol>
  )
}
