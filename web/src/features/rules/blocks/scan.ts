/** The words of a rule with their places, so that parts which are not understood can be kept as they stand. */

export interface Word {
  kind: 'name' | 'quoted' | 'string' | 'number' | 'symbol'
  /** Without quotes or backticks. */
  text: string
  from: number
  to: number
}

const PATTERN =
  /\s+|#[^\n]*|"((?:[^"\\]|\\.)*)"|`([^`]+)`|(\d{4}-\d{2}-\d{2}(?:T[\d:.]+(?:Z|[+-]\d{2}:\d{2})?)?|\d+(?:\.\d+)?%?)|([\p{L}_][\p{L}\p{N}_]*)|(>=|<=|!=|[^\s\p{L}\p{N}])/uy

/** The words of a text; null when a character belongs to none. Comments and blanks are left out. */
export function scan(text: string): Word[] | null {
  const found: Word[] = []
  PATTERN.lastIndex = 0
  while (PATTERN.lastIndex < text.length) {
    const from = PATTERN.lastIndex
    const match = PATTERN.exec(text)
    if (!match) return null
    const [all, string, quoted, number, name, symbol] = match
    const to = from + all.length
    if (string !== undefined) found.push({ kind: 'string', text: string.replace(/\\(.)/g, '$1'), from, to })
    else if (quoted !== undefined) found.push({ kind: 'quoted', text: quoted, from, to })
    else if (number !== undefined) found.push({ kind: 'number', text: number, from, to })
    else if (name !== undefined) found.push({ kind: 'name', text: name, from, to })
    else if (symbol !== undefined) found.push({ kind: 'symbol', text: symbol, from, to })
  }
  return found
}

export const isSymbol = (word: Word | undefined, text: string) => word?.kind === 'symbol' && word.text === text
export const isName = (word: Word | undefined, text: string) => word?.kind === 'name' && word.text === text

/** How deep in parentheses each word stands; the parentheses themselves count as outside. */
export function depths(words: Word[]): number[] {
  let depth = 0
  return words.map((word) => {
    if (isSymbol(word, '(')) return depth++
    if (isSymbol(word, ')')) return --depth
    return depth
  })
}
