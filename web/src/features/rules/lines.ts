/** The parts of a canonical rule text that stand below its condition. */
import type { LanguageCode } from '@/api/types'

const THEN: Record<LanguageCode, RegExp> = { en: /^then\s+/, zh: /^则\s*/ }

/** What follows `then`, one line each, without comments. */
export function actionLines(text: string, language: LanguageCode): string[] {
  const lines = text.split('\n')
  const start = lines.findIndex((line) => THEN[language].test(line))
  if (start < 0) return []
  return lines
    .slice(start)
    .map((line, at) => (at ? line : line.replace(THEN[language], '')).trim())
    .filter((line) => line && !line.startsWith('#'))
}
