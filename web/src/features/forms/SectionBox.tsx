import type { FormContent, FormSection } from '@/api/types'
import { useTexts } from '@/locales/i18n'
import { IconButton } from '@/ui/Button'
import { Chip, Zone } from '@/ui/drag/Zone'
import { Segmented, TextInput } from '@/ui/Inputs'
import { Icon } from '@/ui/icons'
import { Menu } from '@/ui/Menu'
import { moveSection, placeField, removeSection, setColumns, setTitle, zoneOf } from './model'

export interface SectionBoxProps {
  index: number
  section: FormSection
  content: FormContent
  label: (key: string) => string
  sectionLabel: (index: number) => string
  chosen: string | null
  onChoose: (key: string) => void
  onChange: (content: FormContent) => void
  onRemoveField: (key: string) => void
}

/** One section: its title, its columns, and the zone that takes fields. */
export function SectionBox({
  index,
  section,
  content,
  label,
  sectionLabel,
  chosen,
  onChoose,
  onChange,
  onRemoveField,
}: SectionBoxProps) {
  const { t, language } = useTexts('forms')
  const items = section.fields.map((field) => field.field)
  return (
    <div className="card section-box">
      <header className="line">
        <TextInput
          aria-label={t('sectionTitle', { number: index + 1 })}
          placeholder={t('sectionNumber', { number: index + 1 })}
          value={section.title[language] ?? ''}
          onChange={(text) => onChange(setTitle(content, index, { ...section.title, [language]: text }))}
        />
        <span className="mut section-columns" aria-hidden="true">
          {t('columns')}
        </span>
        <Segmented
          label={t('columns')}
          value={String(section.columns)}
          onChange={(columns) => onChange(setColumns(content, index, Number(columns)))}
          options={['1', '2', '3'].map((columns) => ({ value: columns, label: columns }))}
        />
        <Menu
          items={[
            {
              key: 'up',
              icon: 'arrowUp',
              label: t('moveUp'),
              disabled: index === 0,
              onPick: () => onChange(moveSection(content, index, -1)),
            },
            {
              key: 'down',
              icon: 'arrowDown',
              label: t('moveDown'),
              disabled: index === content.sections.length - 1,
              onPick: () => onChange(moveSection(content, index, 1)),
            },
            {
              key: 'remove',
              icon: 'trash',
              danger: true,
              divided: true,
              label: t('removeSection'),
              onPick: () => onChange(removeSection(content, index)),
            },
          ]}
        >
          <IconButton small icon="more" label={t('sectionMenu', { section: sectionLabel(index) })} />
        </Menu>
      </header>
      <Zone
        name={zoneOf(index)}
        label={sectionLabel(index)}
        items={items}
        hint={t('dropHere')}
        vertical={section.columns === 1}
      >
        {section.fields.map((field, at) => (
          <Chip
            key={field.field}
            zone={zoneOf(index)}
            item={field.field}
            label={label(field.field)}
            detail={
              (field.visible_when || field.required_when) && (
                <span
                  title={[field.visible_when && t('hasVisible'), field.required_when && t('hasRequired')]
                    .filter(Boolean)
                    .join(' · ')}
                >
                  {field.visible_when && <Icon name="eye" />}
                  {field.required_when && <b className="must">*</b>}
                </span>
              )
            }
            quiet={chosen === field.field}
            onRemove={() => onRemoveField(field.field)}
            menu={[
              { key: 'conditions', icon: 'eye', label: t('conditions'), onPick: () => onChoose(field.field) },
              {
                key: 'earlier',
                icon: 'left',
                divided: true,
                label: t('earlier'),
                disabled: at === 0,
                onPick: () => onChange(placeField(content, index, field.field, items[at - 1] ?? null)),
              },
              {
                key: 'later',
                icon: 'right',
                label: t('later'),
                disabled: at === items.length - 1,
                onPick: () => onChange(placeField(content, index, field.field, items[at + 1] ?? null)),
              },
              ...content.sections.flatMap((_, other) =>
                other === index
                  ? []
                  : [
                      {
                        key: zoneOf(other),
                        label: t('moveTo', { section: sectionLabel(other) }),
                        onPick: () => onChange(placeField(content, other, field.field)),
                      },
                    ],
              ),
              {
                key: 'remove',
                icon: 'x' as const,
                divided: true,
                label: t('removeField'),
                onPick: () => onRemoveField(field.field),
              },
            ]}
          />
        ))}
      </Zone>
    </div>
  )
}
