import { Dropdown } from 'antd'
import type { ReactElement } from 'react'
import { goBack, whereFrom } from './focus'
import { Icon, type IconName } from './icons'

export interface MenuItem {
  key: string
  label: string
  icon?: IconName
  danger?: boolean
  disabled?: boolean
  /** A line above this item. */
  divided?: boolean
  onPick: () => void
}

/** A menu that opens from its one child, a button. */
export function Menu({ items, children }: { items: MenuItem[]; children: ReactElement }) {
  const entries = items.flatMap((item) => [
    ...(item.divided ? [{ type: 'divider' as const, key: `${item.key}-line` }] : []),
    {
      key: item.key,
      label: item.label,
      danger: item.danger,
      disabled: item.disabled,
      icon: item.icon && <Icon name={item.icon} />,
    },
  ])
  return (
    <Dropdown
      trigger={['click']}
      placement="bottomRight"
      autoFocus
      menu={{
        items: entries,
        onClick: ({ key }) => {
          // The menu goes away: the focus is back on its button before anything else opens.
          goBack(whereFrom())
          items.find((item) => item.key === key)?.onPick()
        },
      }}
    >
      {children}
    </Dropdown>
  )
}
