import { expect, it } from 'vitest'
import { allot, mostSlots, type Slot } from './slots'

let n = 0
const make = () => ({ sound: `s${++n}`, picture: `p${n}` })

it('keeps streams where they are, and uses free slots again', () => {
  n = 0
  const slots: Slot<string>[] = []
  allot(slots, ['a', 'b', 'c'], make)
  expect(slots.map((s) => [s.stream, s.sound])).toEqual([['a', 's1'], ['b', 's2'], ['c', 's3']])
  allot(slots, ['c', 'a', 'd'], make)
  expect(slots.map((s) => [s.stream, s.sound])).toEqual([['a', 's1'], ['d', 's2'], ['c', 's3']])
  allot(slots, ['c'], make)
  expect(slots.map((s) => s.stream)).toEqual(['', '', 'c'])
  allot(slots, ['x', 'c', 'y', 'z'], make)
  expect(slots.map((s) => [s.stream, s.sound])).toEqual([['x', 's1'], ['y', 's2'], ['c', 's3'], ['z', 's4']])
})

it('does not grow beyond what the hub takes', () => {
  const slots: Slot<string>[] = []
  const many = Array.from({ length: mostSlots + 5 }, (_, i) => `x${i}`)
  allot(slots, many, make)
  expect(slots).toHaveLength(mostSlots)
  allot(slots, many.slice(1), make)
  expect(slots.filter((s) => s.stream)).toHaveLength(mostSlots)
  expect(slots[0]!.stream).toBe(`x${mostSlots}`)
})
