/** Texts that come with the pages that show them: no other route pays for them. */
import i18next from 'i18next'
import type { LanguageTag } from './i18n'

/** Adds texts to a namespace, in every language at once, so that switching needs nothing more. */
export function addTexts(namespace: string, texts: Record<LanguageTag, Record<string, unknown>>): void {
  for (const [tag, own] of Object.entries(texts)) i18next.addResourceBundle(tag, namespace, own)
}
