/** Case without a library: the server's fixed tables, so that every place ignores case alike (see `foldingTables.ts`). */
import { FOLD, LOWER, UPPER, WHITESPACE } from './foldingTables'

const RUN = /([0-9a-f]+)(?:-([0-9a-f]+)\/([12]))?([+-][0-9]+)/g

function table(runs: string): () => Map<string, string> {
  let made: Map<string, string> | null = null
  return () => {
    made ??= new Map(
      [...runs.matchAll(RUN)].flatMap(([, first = '', last, step = '1', delta = '0']) => {
        const [from, to] = [Number.parseInt(first, 16), Number.parseInt(last ?? first, 16)]
        const count = Math.floor((to - from) / Number(step)) + 1
        const codes = Array.from({ length: count }, (_, index) => from + index * Number(step))
        return codes.map((code): [string, string] => [
          String.fromCodePoint(code),
          String.fromCodePoint(code + Number(delta)),
        ])
      }),
    )
    return made
  }
}

const by = (tableOf: () => Map<string, string>) => (text: string) =>
  Array.from(text, (letter) => tableOf().get(letter) ?? letter).join('')

/** The form in which texts are compared when case is ignored. */
export const fold = by(table(FOLD))
export const lower = by(table(LOWER))
export const upper = by(table(UPPER))

/** Without white space at both ends. */
export function trim(text: string): string {
  const letters = Array.from(text)
  const inside = (letter: string) => !WHITESPACE.includes(letter)
  const first = letters.findIndex(inside)
  return first < 0 ? '' : letters.slice(first, letters.findLastIndex(inside) + 1).join('')
}
