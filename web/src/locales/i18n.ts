/** Languages: one namespace file per feature and language, loaded one language at a time. */
import i18next from 'i18next'
import { useMemo } from 'react'
import { initReactI18next, useTranslation } from 'react-i18next'
import { setMessageLanguage } from '@/api/client'
import type { LanguageCode } from '@/api/types'

export const LANGUAGES = ['zh-CN', 'en'] as const
export type LanguageTag = (typeof LANGUAGES)[number]

type Bundle = { default: Record<string, Record<string, unknown>> }

const bundles: Record<LanguageTag, () => Promise<Bundle>> = {
  'zh-CN': () => import('./zh-CN'),
  en: () => import('./en'),
}

const STORED = 'ruleloom.language'

function preferred(): LanguageTag {
  const stored = localStorage.getItem(STORED)
  if (stored === 'zh-CN' || stored === 'en') return stored
  return /^zh/i.test(navigator.language) ? 'zh-CN' : 'en'
}

async function load(tag: LanguageTag): Promise<void> {
  if (i18next.hasResourceBundle(tag, 'app')) return
  const bundle = await bundles[tag]()
  for (const [namespace, texts] of Object.entries(bundle.default)) i18next.addResourceBundle(tag, namespace, texts)
}

function announce(tag: LanguageTag): void {
  document.documentElement.lang = tag
  setMessageLanguage(tag)
}

/** Starts with the language chosen before, else the browser's. */
export async function startLanguage(): Promise<void> {
  const tag = preferred()
  await i18next.use(initReactI18next).init({
    lng: tag,
    resources: {},
    defaultNS: 'app',
    interpolation: { escapeValue: false },
    returnNull: false,
  })
  await load(tag)
  announce(tag)
}

/** Switches the language of every text, the server's messages included. */
export async function switchLanguage(tag: LanguageTag): Promise<void> {
  await load(tag)
  localStorage.setItem(STORED, tag)
  announce(tag)
  await i18next.changeLanguage(tag)
}

export function codeOf(tag: string): LanguageCode {
  return tag.startsWith('zh') ? 'zh' : 'en'
}

/** Texts of a namespace, with the language as tag (for Intl) and as code (for labels and rule texts). */
export function useTexts(namespace = 'app') {
  const { t, i18n } = useTranslation(namespace)
  const tag = i18n.language as LanguageTag
  return useMemo(() => ({ t, tag, language: codeOf(tag) }), [t, tag])
}
