// The tree of courts as pages list it.
import type { Court } from '@/api/types'

/** Branch is a court with how deep it lies. */
export interface Branch extends Court {
  depth: number
}

/** treeOf lists courts from the top down, each before those under it; one whose parent is not among them is a top. */
export function treeOf(courts: Court[]): Branch[] {
  const known = new Set(courts.map((c) => c.id))
  const under = (parent: string, depth: number): Branch[] =>
    courts
      .filter((c) => (known.has(c.parent ?? '') ? c.parent === parent : parent === ''))
      .sort((a, b) => a.name.localeCompare(b.name, 'zh-CN'))
      .flatMap((c) => [{ ...c, depth }, ...under(c.id, depth + 1)])
  return under('', 0)
}

/** underOf tells of each court whether it is the given one or lies under it. */
export function underOf(courts: Court[], top: string): (id: string) => boolean {
  const by = new Map(courts.map((c) => [c.id, c]))
  return (id) => {
    const met = new Set<string>()
    for (let c = by.get(id); c && !met.has(c.id); c = by.get(c.parent ?? '')) {
      if (c.id === top) return true
      met.add(c.id)
    }
    return id === top
  }
}
