/** Languages: one namespace file per feature and language, loaded one language at a time. */
import i18next, { type TFunction } from 'i18next'
import { useSyncExternalStore } from 'react'
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
  await i18next.init({
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

export interface Texts {
  t: TFunction
  /** For `Intl`. */
  tag: LanguageTag
  /** For labels and texts of the rule language. */
  language: LanguageCode
}

const made = new Map<string, Texts>()

/** One object per language and namespace: it never changes, so a component may depend on it. */
function textsOf(tag: LanguageTag, namespace: string): Texts {
  const key = `${tag}/${namespace}`
  const known = made.get(key) ?? { t: i18next.getFixedT(tag, namespace), tag, language: codeOf(tag) }
  made.set(key, known)
  return known
}

function subscribe(listener: () => void): () => void {
  i18next.on('languageChanged', listener)
  return () => i18next.off('languageChanged', listener)
}

/** Texts of a namespace in the language of the reader. Cheap enough for every cell of a grid. */
export function useTexts(namespace = 'app'): Texts {
  const tag = useSyncExternalStore(subscribe, () => (i18next.language ?? 'en') as LanguageTag)
  return textsOf(tag, namespace)
}
