// Which source stands where on the wall: plain data, kept by the browser.

export const sizes = [1, 4, 9, 16] as const
export type Size = (typeof sizes)[number]

/** Arrangement is what a user has made of the wall. */
export interface Arrangement {
  /** null until one is chosen: the size then follows the number of sources. */
  size: Size | null
  /** Ids of sources in the order of their places. */
  order: string[]
  page: number
}

/** checkArrangement makes a usable arrangement of whatever was found in the browser's store. */
export function checkArrangement(found: unknown): Arrangement {
  const f = (found ?? {}) as Partial<Arrangement>
  return {
    size: sizes.find((s) => s === f.size) ?? null,
    order: Array.isArray(f.order) ? f.order.filter((id) => typeof id === 'string') : [],
    page: Number.isInteger(f.page) && f.page! >= 0 ? f.page! : 0,
  }
}

/** fitting is the smallest size that shows all on one screen, if there is one. */
export function fitting(count: number): Size {
  return sizes.find((s) => s >= count) ?? 16
}

/** ordered is the sources' ids in their places; new ones come last. */
export function ordered(order: string[], ids: string[]): string[] {
  const there = new Set(ids)
  const placed = order.filter((id) => there.has(id))
  const known = new Set(placed)
  return [...placed, ...ids.filter((id) => !known.has(id))]
}

/** pages is how many screens it takes; at least one. */
export function pages(count: number, size: Size): number {
  return Math.max(1, Math.ceil(count / size))
}

/** tiles is what stands on a page; null is a free place. */
export function tiles(ids: string[], size: Size, page: number): (string | null)[] {
  const first = Math.min(page, pages(ids.length, size) - 1) * size
  return Array.from({ length: size }, (_, i) => ids[first + i] ?? null)
}

/** swapped changes the places of two; a free place is the end of the list. */
export function swapped(ids: string[], id: string, place: number): string[] {
  const from = ids.indexOf(id)
  if (from < 0 || place < 0 || from === place) return ids
  if (place >= ids.length) return [...ids.filter((x) => x !== id), id]
  const next = [...ids]
  next[from] = ids[place]!
  next[place] = id
  return next
}
