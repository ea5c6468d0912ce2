/** The words of a condition, as far as clauses need them. */

export interface Token {
  kind: 'name' | 'string' | 'number' | 'date' | 'symbol'
  text: string
}

const PATTERN =
  /\s+|"((?:[^"\\]|\\.)*)"|`([^`]+)`|(\d{4}-\d{2}-\d{2}(?:T[\d:.]+(?:Z|[+-]\d{2}:\d{2})?)?)|(-?\d+(?:\.\d+)?%?)|([\p{L}_][\p{L}\p{N}_]*)|(>=|<=|!=|[=<>(),.])/uy

/** The tokens of a text; null when something in it is none of ours. */
export function tokens(text: string): Token[] | null {
  const found: Token[] = []
  PATTERN.lastIndex = 0
  while (PATTERN.lastIndex < text.length) {
    const match = PATTERN.exec(text)
    if (!match) return null
    const [, string, quoted, date, number, word, symbol] = match
    if (string !== undefined) found.push({ kind: 'string', text: string.replace(/\\(.)/g, '$1') })
    else if (quoted !== undefined) found.push({ kind: 'name', text: quoted })
    else if (date !== undefined) found.push({ kind: 'date', text: date })
    else if (number !== undefined) found.push({ kind: 'number', text: number })
    else if (word !== undefined) found.push({ kind: 'name', text: word })
    else if (symbol !== undefined) found.push({ kind: 'symbol', text: symbol })
  }
  return found
}

/** A text literal; the language has no escapes for line breaks, so they become spaces. */
export function quote(text: string): string {
  return `"${text
    .replace(/[\r\n]+/g, ' ')
    .replace(/\\/g, '\\\\')
    .replace(/"/g, '\\"')}"`
}
