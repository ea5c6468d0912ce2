import { useTexts } from '@/locales/i18n'
import { Lost } from '@/ui/Lost'
import { Top } from '@/ui/Top'

/** An address that leads nowhere. */
export default function LostPage() {
  const { t } = useTexts()
  return (
    <>
      <Top title={t('lost.title')} />
      <div className="page">
        <Lost />
      </div>
    </>
  )
}
