import { describe, expect, it } from 'vitest'
import { checkArrangement, fitting, ordered, pages, swapped, tiles } from './arrangement'

describe('a wall', () => {
  it('keeps the order that was made, and shows new sources last', () => {
    expect(ordered(['c', 'a', 'gone'], ['a', 'b', 'c'])).toEqual(['c', 'a', 'b'])
  })

  it('cuts the sources into pages', () => {
    expect(pages(0, 4)).toBe(1)
    expect(pages(5, 4)).toBe(2)
    expect(tiles(['a', 'b', 'c', 'd', 'e'], 4, 1)).toEqual(['e', null, null, null])
  })

  it('shows the last page when the page it was on has gone', () => {
    expect(tiles(['a'], 4, 7)).toEqual(['a', null, null, null])
  })

  it('swaps two tiles, and moves one to a free place', () => {
    expect(swapped(['a', 'b', 'c'], 'a', 2)).toEqual(['c', 'b', 'a'])
    expect(swapped(['a', 'b', 'c'], 'a', 9)).toEqual(['b', 'c', 'a'])
    expect(swapped(['a', 'b'], 'x', 0)).toEqual(['a', 'b'])
  })

  it('is as large as it takes to show all sources, until a size is chosen', () => {
    expect([0, 1, 2, 4, 5, 16, 40].map(fitting)).toEqual([1, 1, 4, 4, 9, 16, 16])
  })

  it('makes a usable arrangement of anything', () => {
    const plain = { size: null, order: [], page: 0 }
    for (const found of [null, 7, 'x', {}, { size: 5, order: 'a', page: -1 }, { page: 1.5 }]) {
      expect(checkArrangement(found)).toEqual(plain)
    }
    expect(checkArrangement({ size: 9, order: ['a', 3], page: 1 })).toEqual({ size: 9, order: ['a'], page: 1 })
  })
})
