import { Outlet } from '@tanstack/react-router'
import { Suspense, useMemo, useState } from 'react'
import { useLiveChanges } from '@/api/changes'
import { useTexts } from '@/locales/i18n'
import { Loading } from '@/ui/Empty'
import { Icon } from '@/ui/icons'
import { ThemeRoom } from '@/ui/ThemeRoom'
import { TopControls } from '@/ui/Top'
import { Toasts } from '@/ui/toasts'
import { Controls } from './Controls'
import { useOnline } from './online'
import { Palette, usePaletteKey } from './Palette'
import { useTheme } from './preferences'
import { Rail } from './Rail'
import { SignInAgain } from './SignInAgain'

/** The shell of every page behind the sign-in: rail, page, notes. */
export default function Desktop() {
  return (
    <ThemeRoom dark={useTheme() === 'dark'}>
      <Shell />
    </ThemeRoom>
  )
}

function Shell() {
  const { t } = useTexts()
  const online = useOnline()
  const [searching, setSearching] = useState(false)
  useLiveChanges()
  usePaletteKey(() => setSearching(true))
  const controls = useMemo(() => <Controls onSearch={() => setSearching(true)} />, [])
  return (
    <TopControls value={controls}>
      <div className="shell">
        <a className="skip" href="#main">
          {t('skip')}
        </a>
        <Rail />
        <main className="main" id="main" tabIndex={-1}>
          {!online && (
            <p className="banner" role="status">
              <Icon name="offline" />
              {t('offlineBanner')}
            </p>
          )}
          <Suspense fallback={<Loading />}>
            <Outlet />
          </Suspense>
        </main>
      </div>
      {searching && <Palette onClose={() => setSearching(false)} />}
      <SignInAgain />
      <Toasts />
    </TopControls>
  )
}
