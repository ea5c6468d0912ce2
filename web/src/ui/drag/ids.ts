/** Names of draggables and targets: `pal:<item>`, `chip:<zone>/<item>`, `zone:<zone>`. */

export interface Dragged {
  item: string
  /** The zone it comes from; empty for the palette. */
  from: string
}

export interface Target {
  zone: string
  /** The item before which it is put; null for the end. */
  before: string | null
}

export const paletteId = (item: string) => `pal:${item}`
export const chipId = (zone: string, item: string) => `chip:${zone}/${item}`
export const zoneId = (zone: string) => `zone:${zone}`

/** Reads a name back; null for one that is none of ours. */
export function parseId(id: string): { zone: string; item: string } | null {
  if (id.startsWith('pal:')) return { zone: '', item: id.slice(4) }
  if (id.startsWith('zone:')) return { zone: id.slice(5), item: '' }
  const match = /^chip:([^/]*)\/(.*)$/s.exec(id)
  return match ? { zone: match[1] ?? '', item: match[2] ?? '' } : null
}

/** The list after an item was put before another one (null: at the end); it may have been in the list already. */
export function put<T>(list: T[], item: T, before: T | null): T[] {
  if (before === item) return list
  const from = list.indexOf(item)
  const to = before === null ? -1 : list.indexOf(before)
  const rest = list.filter((one) => one !== item)
  if (to < 0) return [...rest, item]
  // Dragged to the right over its neighbour it lands behind it, as the eye expects.
  const at = rest.indexOf(before as T) + (from >= 0 && from < to ? 1 : 0)
  return [...rest.slice(0, at), item, ...rest.slice(at)]
}
