/** A text that the server gives in one language or in both. */
export function wordsOf(text: unknown, language: 'zh' | 'en'): string {
  if (typeof text === 'string') return text
  if (text && typeof text === 'object') {
    const both = text as Partial<Record<'zh' | 'en', string>>
    return both[language] ?? both.en ?? both.zh ?? ''
  }
  return ''
}
