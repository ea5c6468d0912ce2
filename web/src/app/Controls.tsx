import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import { signOut, useSession } from '@/api/session'
import { switchLanguage, useTexts } from '@/locales/i18n'
import { Button, IconButton } from '@/ui/Button'
import { Segmented, Switch } from '@/ui/Inputs'
import { Icon } from '@/ui/icons'
import { Popup } from '@/ui/Popup'
import { accountEntries, sees, topControls } from './features'
import { Notices } from './Notices'
import { setTheme, useTheme } from './preferences'

const brought = topControls.map(({ key, control }) => ({ key, Control: lazy(control) }))

/** Search, notices, theme, language and account: the same in every top bar. */
export function Controls({ onSearch }: { onSearch: () => void }) {
  const { t, language } = useTexts()
  const dark = useTheme() === 'dark'
  return (
    <>
      {brought.map(({ key, Control }) => (
        <Suspense key={key} fallback={null}>
          <Control />
        </Suspense>
      ))}
      <IconButton icon="search" label={`${t('palette.open')} (Ctrl+K)`} onClick={onSearch} />
      <Notices />
      <span className="wide">
        <IconButton
          icon={dark ? 'sun' : 'moon'}
          label={dark ? t('themeLight') : t('themeDark')}
          onClick={() => setTheme(dark ? 'light' : 'dark')}
        />
      </span>
      <span className="wide">
        <Button
          tone="quiet"
          small
          lang={language === 'zh' ? 'en' : 'zh-CN'}
          onClick={() => void switchLanguage(language === 'zh' ? 'en' : 'zh-CN')}
        >
          {language === 'zh' ? 'English' : '中文'}
        </Button>
      </span>
      <Account />
    </>
  )
}

function Account() {
  const { t, tag } = useTexts()
  const session = useSession()
  const dark = useTheme() === 'dark'
  const client = useQueryClient()
  const [open, setOpen] = useState(false)
  if (!session) return null
  const { user, workspace } = session
  const leave = async () => {
    await signOut().catch(() => undefined)
    client.clear()
    location.assign('/sign-in')
  }
  const panel = (
    <div className="account">
      <header>
        <span className="avatar">{user.name.slice(0, 1)}</span>
        <p>
          <b>{user.name}</b>
          <br />
          <span className="mut">{user.email}</span>
        </p>
      </header>
      <p className="mut">
        {workspace.name} · {user.roles.map((role) => t(`roles.${role}`)).join(t('listComma'))}
      </p>
      <div className="row">
        <span>{t('language')}</span>
        <Segmented
          label={t('language')}
          value={tag}
          onChange={(next) => void switchLanguage(next)}
          options={[
            { value: 'zh-CN', label: '中文' },
            { value: 'en', label: 'English' },
          ]}
        />
      </div>
      <div className="row">
        <span>{t('themeDark')}</span>
        <Switch label={t('themeDark')} checked={dark} onChange={(on) => setTheme(on ? 'dark' : 'light')} />
      </div>
      {accountEntries
        .filter((entry) => sees(entry, user.roles))
        .map((entry) => (
          <Link key={entry.to} to={entry.to} className="account-link" onClick={() => setOpen(false)}>
            <Icon name={entry.icon} />
            {t(entry.text)}
          </Link>
        ))}
      <Button icon="signOut" onClick={() => void leave()}>
        {t('signOut')}
      </Button>
    </div>
  )
  return (
    <Popup label={t('account', { name: user.name })} open={open} onOpen={setOpen} content={panel}>
      <button type="button" className="btn quiet bare" aria-label={t('account', { name: user.name })} title={user.name}>
        <span className="avatar" aria-hidden="true">
          {user.name.slice(0, 1)}
        </span>
      </button>
    </Popup>
  )
}
