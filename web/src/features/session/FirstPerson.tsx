import { useTexts } from '@/locales/i18n'
import { CopyLine } from '@/ui/CopyLine'

/** Nobody can sign in yet: what whoever has the server types, and what comes after. */
export function FirstPerson() {
  const { t, language } = useTexts('session')
  const spoken = language === 'zh' ? ' --language zh' : ''
  const command = `ruleloom create-user --role administrator --name "${t('first.name')}" --email you@example.com${spoken}`
  return (
    <div className="stack">
      <p>{t('first.text')}</p>
      <div>
        <CopyLine label={t('first.command')} value={command} lines={3} />
      </div>
      <ol className="first-steps">
        {(t('first.steps', { returnObjects: true }) as string[]).map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
      <p className="hint">{t('first.database')}</p>
    </div>
  )
}
