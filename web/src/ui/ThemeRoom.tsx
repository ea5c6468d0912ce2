import { theme as algorithms, ConfigProvider, type ThemeConfig } from 'antd'
import enUS from 'antd/locale/en_US'
import zhCN from 'antd/locale/zh_CN'
import { type ReactNode, useMemo } from 'react'
import { useTexts } from '@/locales/i18n'

const FONT = 'var(--font)'

const LIGHT: ThemeConfig['token'] = {
  colorPrimary: '#0b6e63',
  colorInfo: '#0b6e63',
  colorLink: '#0b6e63',
  colorText: '#1b1f22',
  colorTextPlaceholder: '#6b7075',
  colorTextDescription: '#5c6268',
  colorBgLayout: '#f7f6f3',
  colorBorder: '#d3cfc6',
}

const DARK: ThemeConfig['token'] = {
  colorPrimary: '#3cc2b2',
  colorInfo: '#3cc2b2',
  colorLink: '#5cc9bb',
  colorText: '#e8ecee',
  colorTextPlaceholder: '#98a1a6',
  colorTextDescription: '#a7afb4',
  colorBgLayout: '#14171a',
  colorBgContainer: '#1c2024',
  colorBgElevated: '#23282d',
  colorBorder: '#3a4147',
}

/** Gives the component kit our tokens, the theme and the language. */
export function ThemeRoom({ dark, children }: { dark: boolean; children: ReactNode }) {
  const { tag } = useTexts()
  const theme = useMemo<ThemeConfig>(
    () => ({
      algorithm: dark ? algorithms.darkAlgorithm : algorithms.defaultAlgorithm,
      token: {
        ...(dark ? DARK : LIGHT),
        fontFamily: FONT,
        fontSize: 14,
        controlHeight: 34,
        borderRadius: 8,
        motionDurationMid: '0.12s',
      },
    }),
    [dark],
  )
  return (
    <ConfigProvider locale={tag === 'zh-CN' ? zhCN : enUS} theme={theme}>
      {children}
    </ConfigProvider>
  )
}
