import { useRouter } from '@tanstack/react-router'
import { useTexts } from '@/locales/i18n'
import { Button, LinkButton } from '@/ui/Button'
import { ProblemNote } from '@/ui/ProblemNote'

/** A page that failed says so in its own place; the rest of the application goes on. */
export function RouteCrash({ error, reset }: { error: unknown; reset?: () => void }) {
  const { t } = useTexts()
  const router = useRouter()
  return (
    <section className="card crash stack">
      <h1>{t('crash.title')}</h1>
      <ProblemNote error={error} />
      <p className="mut">{t('crash.advice')}</p>
      <div className="line">
        <Button
          tone="primary"
          onClick={() => {
            reset?.()
            void router.invalidate()
          }}
        >
          {t('retry')}
        </Button>
        <LinkButton to="/">{t('crash.home')}</LinkButton>
      </div>
    </section>
  )
}
