import { expect, it } from 'vitest'
import type { Court } from '@/api/types'
import { treeOf, underOf } from './tree'

const court = (id: string, parent = ''): Court => ({ id, name: id, parent, may: { accounts: true, courts: true, sources: true, import: false, schedule: false } })
const courts = [court('c', 'b'), court('a'), court('b', 'a'), court('d', 'a')]

it('lists each court before those under it', () => {
  expect(treeOf(courts).map((c) => [c.id, c.depth])).toEqual([['a', 0], ['b', 1], ['c', 2], ['d', 1]])
})

it('begins with what is there', () => {
  expect(treeOf(courts.filter((c) => c.id !== 'a')).map((c) => [c.id, c.depth])).toEqual([['b', 0], ['c', 1], ['d', 0]])
})

it('knows what lies under a court', () => {
  const under = underOf(courts, 'b')
  expect(['a', 'b', 'c', 'd', 'x'].filter(under)).toEqual(['b', 'c'])
})
