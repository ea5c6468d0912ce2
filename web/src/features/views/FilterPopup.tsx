import { lazy, type ReactElement, Suspense } from 'react'
import type { Entity, LanguageText } from '@/api/types'
import { useTexts } from '@/locales/i18n'
import { Button } from '@/ui/Button'
import { Loading } from '@/ui/Empty'
import { Popup } from '@/ui/Popup'

const ConditionEditor = lazy(() =>
  import('@/conditions/ConditionEditor').then((module) => ({ default: module.ConditionEditor })),
)

/** A popup around a handle that edits the whole filter. */
export function FilterPopup({
  entity,
  entities,
  value,
  onChange,
  startWith,
  open,
  onOpen,
  children,
}: {
  entity: Entity
  entities: Entity[]
  value: LanguageText | null
  onChange: (value: LanguageText | null) => void
  startWith?: string
  open: boolean
  onOpen: (open: boolean) => void
  children: ReactElement
}) {
  const { t } = useTexts('views')
  return (
    <Popup
      label={t('zones.filter')}
      open={open}
      onOpen={onOpen}
      content={
        <>
          <h3>{t('zones.filter')}</h3>
          <Suspense fallback={<Loading lines={2} />}>
            <ConditionEditor
              entity={entity}
              entities={entities}
              value={value}
              onChange={onChange}
              startWith={startWith}
            />
          </Suspense>
          <p className="popup-foot">
            <Button tone="primary" small onClick={() => onOpen(false)}>
              {t('app:done')}
            </Button>
          </p>
        </>
      }
    >
      {children}
    </Popup>
  )
}
