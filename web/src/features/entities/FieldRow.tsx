import { labelOf } from '@/api/model'
import type { Entity } from '@/api/types'
import { fieldType } from '@/fields/registry'
import { useTexts } from '@/locales/i18n'
import { IconButton } from '@/ui/Button'
import { Checkbox, Labelled, TextArea, TextInput } from '@/ui/Inputs'
import { Icon } from '@/ui/icons'
import { Menu } from '@/ui/Menu'
import { Select } from '@/ui/Select'
import { FormulaSettings } from './FormulaSettings'
import { type DrawingField, hasDecimals, optionsFromLines } from './model'

export interface FieldRowProps {
  field: DrawingField
  entities: Entity[]
  entityKey: string | undefined
  open: boolean
  first: boolean
  last: boolean
  onOpen: () => void
  onChange: (change: Partial<DrawingField>) => void
  onMove: (by: -1 | 1) => void
  onRemove: () => void
}

/** One field: a line that opens into its settings. */
export function FieldRow(props: FieldRowProps) {
  const { field, open, first, last, onOpen, onMove, onRemove } = props
  const { t, language } = useTexts('entities')
  const label = labelOf(field, language)
  const marks = [field.required && t('required'), field.unique && t('unique')].filter(Boolean).join(t('app:listComma'))
  return (
    <li className={open ? 'field-row open' : 'field-row'}>
      <div className="line">
        <button type="button" className="field-open" aria-expanded={open} onClick={onOpen}>
          <i className={`type-icon kind-${field.type}`}>
            <Icon name={fieldType(field.type).icon} />
          </i>
          <b>{label}</b>
          <span className="mut">{t(`types.${field.type}`, { defaultValue: field.type })}</span>
          <span className="mut">{marks}</span>
          <code className="mut">{field.name}</code>
          <Icon name={open ? 'up' : 'down'} />
        </button>
        <Menu
          items={[
            { key: 'up', icon: 'arrowUp', label: t('moveUp'), disabled: first, onPick: () => onMove(-1) },
            { key: 'down', icon: 'arrowDown', label: t('moveDown'), disabled: last, onPick: () => onMove(1) },
            { key: 'remove', icon: 'trash', danger: true, divided: true, label: t('removeField'), onPick: onRemove },
          ]}
        >
          <IconButton small icon="more" label={t('fieldMenu', { field: label })} />
        </Menu>
      </div>
      {open && <FieldSettings {...props} />}
    </li>
  )
}

function FieldSettings({ field, entities, entityKey, onChange }: FieldRowProps) {
  const { t, language } = useTexts('entities')
  const options = field.options ?? []
  return (
    <div className="field-settings">
      <Labelled label={t('labelZh')}>
        {(ids) => (
          <TextInput
            {...ids}
            lang="zh-CN"
            value={field.labels?.zh ?? ''}
            onChange={(zh) => onChange({ labels: { ...field.labels, zh } })}
          />
        )}
      </Labelled>
      <Labelled label={t('labelEn')}>
        {(ids) => (
          <TextInput
            {...ids}
            lang="en"
            value={field.labels?.en ?? ''}
            onChange={(en) => onChange({ labels: { ...field.labels, en } })}
          />
        )}
      </Labelled>
      <Labelled label={t('name')} required>
        {(ids) => <TextInput {...ids} value={field.name} onChange={(name) => onChange({ name })} />}
      </Labelled>
      {field.type === 'formula' && (
        <FormulaSettings field={field} entities={entities} entityKey={entityKey} onChange={onChange} />
      )}
      {hasDecimals(field) && (
        <Labelled label={t('decimals')}>
          {(ids) => (
            <Select
              id={ids.id}
              value={String(field.decimals ?? 0)}
              choices={['0', '1', '2', '3', '4', '5', '6'].map((places) => ({ value: places, label: places }))}
              onChange={(places) => onChange({ decimals: Number(places ?? 0) })}
            />
          )}
        </Labelled>
      )}
      {(field.type === 'choice' || field.type === 'choices') && (
        <div className="wide">
          <Labelled label={t('options')} hint={t('optionsHint')}>
            {(ids) => (
              <TextArea
                {...ids}
                key={`${language}-${field.id ?? ''}`}
                rows={5}
                defaultValue={options.map((option) => option.labels?.[language] ?? option.value).join('\n')}
                onChange={(text) => onChange({ options: optionsFromLines(text, options, language) })}
              />
            )}
          </Labelled>
        </div>
      )}
      {field.type === 'reference' && <ReferenceSettings field={field} entities={entities} onChange={onChange} />}
      {field.type !== 'formula' && (
        <div className="wide line field-flags">
          <Checkbox checked={field.required ?? false} onChange={(required) => onChange({ required })}>
            {t('required')}
          </Checkbox>
          <Checkbox checked={field.unique ?? false} onChange={(unique) => onChange({ unique })}>
            {t('unique')}
          </Checkbox>
        </div>
      )}
    </div>
  )
}

function ReferenceSettings({ field, entities, onChange }: Pick<FieldRowProps, 'field' | 'entities' | 'onChange'>) {
  const { t, language } = useTexts('entities')
  return (
    <>
      <Labelled label={t('to')} required>
        {(ids) => (
          <Select
            id={ids.id}
            value={field.to ?? null}
            choices={entities.map((entity) => ({ value: entity.key, label: labelOf(entity, language) }))}
            onChange={(to) => onChange({ to })}
          />
        )}
      </Labelled>
      <Labelled label={t('reverse')} hint={t('reverseHint')}>
        {(ids) => (
          <TextInput
            {...ids}
            value={field.reverse ?? ''}
            onChange={(reverse) => onChange({ reverse: reverse || null })}
          />
        )}
      </Labelled>
      <Labelled label={t('reverseLabel')}>
        {(ids) => (
          <TextInput
            {...ids}
            value={field.reverse_labels?.[language] ?? ''}
            onChange={(text) => onChange({ reverse_labels: { ...field.reverse_labels, [language]: text } })}
          />
        )}
      </Labelled>
      <Labelled label={t('onDelete')}>
        {(ids) => (
          <Select
            id={ids.id}
            value={field.on_delete ?? 'empty'}
            choices={(['empty', 'restrict', 'cascade'] as const).map((how) => ({
              value: how,
              label: t(`onDeletes.${how}`),
            }))}
            onChange={(how) => onChange({ on_delete: (how ?? 'empty') as DrawingField['on_delete'] })}
          />
        )}
      </Labelled>
    </>
  )
}
