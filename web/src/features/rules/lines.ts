/** The parts of a canonical rule text that stand below its condition. */
import type { LanguageCode } from '@/api/types'

const THEN: Record<LanguageCode, RegExp> = { en: /^then\s+/, zh: /^则\s*/ }
const opened = (line: string) => line.replace(/"(?:[^"\\]|\\.)*"/g, '').split('(').length
const closed = (line: string) => line.replace(/"(?:[^"\\]|\\.)*"/g, '').split(')').length

/** What follows `then`: one text per action, a choice with its actions on lines of their own; without comments. */
export function actionLines(text: string, language: LanguageCode): string[] {
  const lines = text.split('\n')
  const start = lines.findIndex((line) => THEN[language].test(line))
  if (start < 0) return []
  const actions: string[] = []
  let depth = 0
  for (const [at, line] of lines.slice(start).entries()) {
    if (at > 0 && /^[^\s#]/.test(line)) break
    const words = (at ? line : line.replace(THEN[language], '')).trim()
    if (!words || words.startsWith('#')) continue
    const inner = words.startsWith(')') ? depth - 1 : depth
    if (depth > 0) actions.push(`${actions.pop() ?? ''}\n${'  '.repeat(inner)}${words}`)
    else actions.push(words)
    depth += opened(words) - closed(words)
  }
  return actions
}

/** What a rule says besides condition and actions: when it ends, how often, which first. */
export function clauseLines(text: string, language: LanguageCode): string[] {
  const lines = text.split('\n')
  const start = lines.findIndex((line) => THEN[language].test(line))
  const first = lines.findIndex((line, at) => at > start && /^[^\s#]/.test(line))
  return start < 0 || first < 0 ? [] : lines.slice(first).filter((line) => line.trim() && !line.startsWith('#'))
}
