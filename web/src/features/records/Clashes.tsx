import { labelOf } from '@/api/model'
import type { Entity, Row } from '@/api/types'
import { fieldType } from '@/fields/registry'
import { useTexts } from '@/locales/i18n'
import { Button } from '@/ui/Button'
import type { Clash } from './formModel'
import type { Edited } from './RecordForm'

/** Somebody else saved other values: both are shown, and one click takes one of them. */
export function Clashes({
  entity,
  clashes,
  row,
  mine,
  onSettle,
}: {
  entity: Entity
  clashes: Clash[]
  row: Row
  mine: Edited
  onSettle: (field: string, take: 'mine' | 'theirs') => void
}) {
  const { t, language } = useTexts('records')
  if (!clashes.length) return null
  return (
    <section className="card clashes" role="alert">
      <h2>{t('clash.title')}</h2>
      <p className="mut">{t('clash.text')}</p>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('clash.field')}</th>
            <th scope="col">{t('clash.mine')}</th>
            <th scope="col">{t('clash.theirs')}</th>
          </tr>
        </thead>
        <tbody>
          {clashes.map((clash) => {
            const field = entity.fields.find((one) => one.key === clash.field)
            if (!field) return null
            const { Cell } = fieldType(field.type)
            return (
              <tr key={clash.field}>
                <th scope="row">{labelOf(field, language)}</th>
                <td>
                  <Cell field={field} value={clash.mine} title={mine.titles[clash.field]} />
                  <Button small onClick={() => onSettle(clash.field, 'mine')}>
                    {t('clash.keep')}
                  </Button>
                </td>
                <td>
                  <Cell field={field} value={clash.theirs} title={row.titles[clash.field]} />
                  <Button small onClick={() => onSettle(clash.field, 'theirs')}>
                    {t('clash.take')}
                  </Button>
                </td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </section>
  )
}
