import { describe, expect, it } from 'vitest'
import { arrange, type Box, fill, qualityOf } from './layout'
import type { Seat } from './tiles'

const box: Box = { x: 0, y: 0, width: 1000, height: 600 }
const phone: Box = { x: 0, y: 0, width: 378, height: 560 }
const tiles = (n: number, seat: Seat = 'well') => Array.from({ length: n }, (_, i) => ({ id: `t${i}`, seat }))
const sitting = (seats: Seat[]) => seats.map((seat, i) => ({ id: `${seat}${i}`, seat }))

/** within: no place stands out of the box, and none over another. */
function within(places: Map<string, Box>, box: Box) {
  const all = [...places.values()]
  for (const [i, a] of all.entries()) {
    expect(a.width).toBeGreaterThan(0)
    expect(a.x >= box.x && a.y >= box.y && a.x + a.width <= box.x + box.width + 1 && a.y + a.height <= box.y + box.height + 1).toBe(true)
    for (const b of all.slice(i + 1)) expect(a.x + a.width <= b.x + 1 || b.x + b.width <= a.x + 1 || a.y + a.height <= b.y + 1 || b.y + b.height <= a.y + 1).toBe(true)
  }
}

describe('the grid', () => {
  it.each([1, 2, 3, 4, 5, 9, 12])('of %i tiles stays within its box, all of one size', (n) => {
    const { places, pages } = arrange('grid', tiles(n), '', box, 0)
    expect([places.size, pages]).toEqual([n, 1])
    within(places, box)
    expect(new Set([...places.values()].map((p) => p.width)).size).toBe(1)
  })

  it('goes on to another page before faces become too small', () => {
    const first = arrange('grid', tiles(30), '', phone, 0)
    const last = arrange('grid', tiles(30), '', phone, 99)
    expect(first.pages).toBeGreaterThan(1)
    expect(last.places.has('t29')).toBe(true)
    for (const p of first.places.values()) expect(p.width).toBeGreaterThanOrEqual(140)
    within(first.places, phone)
  })
})

describe('the speaker’s layout', () => {
  it('has one large and the others beside it', () => {
    const { places } = arrange('speaker', tiles(5), 't2', box, 0)
    within(places, box)
    const large = places.get('t2')!
    for (const [id, p] of places) if (id !== 't2') expect(p.width * 2).toBeLessThan(large.width)
    expect(places.size).toBe(5)
    const many = arrange('speaker', tiles(12), 't2', box, 0)
    expect([many.places.size, many.pages]).toEqual([6, 3])
  })

  it('has them below on a phone', () => {
    const { places } = arrange('speaker', tiles(3), 't0', phone, 0)
    within(places, phone)
    expect(places.get('t1')!.y).toBeGreaterThan(places.get('t0')!.y + places.get('t0')!.height - 1)
  })

  it('of one is that one', () => expect([...arrange('speaker', tiles(1), 't0', box, 0).places.keys()]).toEqual(['t0']))
})

describe('the courtroom', () => {
  const all = sitting(['bench', 'bench', 'bench', 'left', 'right', 'well', 'centre'])

  it('has the bench above, one side left, the other right, the rest between', () => {
    const { places } = arrange('courtroom', all, 'centre6', box, 0)
    within(places, box)
    const of = (id: string) => places.get(id)!
    expect(of('bench0').y).toBeLessThan(of('left3').y)
    expect(of('left3').x).toBeLessThan(of('centre6').x)
    expect(of('centre6').x).toBeLessThan(of('right4').x)
    expect(of('centre6').y).toBeLessThan(of('well5').y)
  })

  it('moves nobody on the sides or the bench when a second witness comes', () => {
    const before = arrange('courtroom', all, '', box, 0).places
    const after = arrange('courtroom', [...all, { id: 'new', seat: 'well' }], '', box, 0).places
    for (const id of ['bench0', 'bench1', 'left3', 'right4', 'centre6']) expect(after.get(id)).toEqual(before.get(id))
  })

  it('is a grid on a phone, where nothing has room beside another', () => within(arrange('courtroom', all, '', phone, 0).places, phone))
  it('of the bench alone fills the stage', () => expect(arrange('courtroom', sitting(['bench']), '', box, 0).places.get('bench0')!.height).toBeGreaterThan(500))
})

it('keeps the last row in the middle', () => {
  const places = fill(['a', 'b', 'c'], { x: 0, y: 0, width: 600, height: 400 })
  const [a, b, c] = ['a', 'b', 'c'].map((id) => places.get(id)!)
  if (c!.y > a!.y) expect(c!.x + c!.width / 2).toBeCloseTo((a!.x + b!.x + b!.width) / 2, -1)
})

it('asks for as much of a picture as can be seen', () => {
  const p = { x: 0, y: 0, width: 400, height: 225 }
  expect(qualityOf(p, 1, false)).toBe('low')
  expect(qualityOf(p, 2, false)).toBe('high')
  expect(qualityOf({ ...p, width: 800 }, 1, false)).toBe('high')
  expect(qualityOf({ ...p, width: 800 }, 1, true)).toBe('none')
  expect(qualityOf(undefined, 1, false)).toBe('none')
})
