/** What differs between two texts: kept, removed and added stretches, in reading order. */

export interface Stretch {
  kind: 'same' | 'removed' | 'added'
  text: string
}

/** Lines with their ends. */
export const lines = (text: string): string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? []

/** Words with the blanks behind them; Chinese by character. */
export const words = (text: string): string[] =>
  text.match(/[\p{Script=Han}]|[\p{L}\p{N}_]+\s*|[^\p{L}\p{N}\s]+\s*|\s+/gu) ?? []

/** The shortest way from one text to another by whole parts (lines or words): longest common subsequence. */
export function difference(before: string[], after: string[]): Stretch[] {
  const common = table(before, after)
  const found: Stretch[] = []
  let [i, j] = [0, 0]
  while (i < before.length || j < after.length) {
    const [old, fresh] = [before[i], after[j]]
    if (old !== undefined && old === fresh) {
      push(found, 'same', old)
      i += 1
      j += 1
    } else if (fresh === undefined || (old !== undefined && at(common, i + 1, j) >= at(common, i, j + 1))) {
      push(found, 'removed', old ?? '')
      i += 1
    } else {
      push(found, 'added', fresh)
      j += 1
    }
  }
  return found
}

const at = (common: number[][], i: number, j: number) => common[i]?.[j] ?? 0

/** How much the ends of both texts have in common, by where they begin. */
function table(before: string[], after: string[]): number[][] {
  const common: number[][] = Array.from({ length: before.length + 1 }, () => new Array(after.length + 1).fill(0))
  for (let i = before.length - 1; i >= 0; i -= 1) {
    const row = common[i] ?? []
    for (let j = after.length - 1; j >= 0; j -= 1) {
      row[j] =
        before[i] === after[j] ? at(common, i + 1, j + 1) + 1 : Math.max(at(common, i + 1, j), at(common, i, j + 1))
    }
  }
  return common
}

function push(found: Stretch[], kind: Stretch['kind'], text: string): void {
  const last = found.at(-1)
  if (last?.kind === kind) last.text += text
  else found.push({ kind, text })
}
