import { expect, it } from 'vitest'
import type { Part, PartList } from '@/api/recordings'
import { adjacent, follows, PartIndex } from './partindex'

/** Parts of half a second with a keyframe every two, but for a gap from 40 to 50 s. */
const all: Part[] = []
for (let n = 0; n < 240; n++) {
  const start = n / 2
  if (start >= 40 && start < 50) continue
  all.push({ segment: start < 40 ? 1 : 2, offset: 1000 + n * 10, size: 10, start, duration: 0.5, keyframe: n % 4 === 0, coding: 1 })
}

let asked: number[] = []
let now = 0
function index(end = 120, open = false): PartIndex {
  asked = []
  return new PartIndex('x', () => now, async (_, start, duration): Promise<PartList> => {
    asked.push(start)
    const first = all.findIndex((p) => p.start + p.duration > start)
    const key = all.slice(0, first + 1).findLastIndex((p) => p.keyframe)
    return { items: all.slice(key).filter((p) => p.start < Math.min(start + duration, end)), end, open, gap: false } as PartList
  })
}

it('asks for a window once, and begins with the keyframe', async () => {
  const x = index()
  await Promise.all([x.load(35), x.load(35)])
  await x.load(36)
  expect(asked).toEqual([30, 0])
  expect(x.from(33.3)[0]!.start).toBe(32)
  expect(x.from(31.9).map((p) => p.start).slice(0, 4)).toEqual([30, 30.5, 31, 31.5])
  expect(x.at(33.3)?.start).toBe(33)
})

it('gives what follows a gap, from its own keyframe', async () => {
  const x = index()
  await x.load(45)
  expect(x.at(45)).toBeUndefined()
  expect(x.from(45)[0]!.start).toBe(50)
  await x.load(119)
  expect(x.from(121)).toEqual([])
})

it('looks again where a recording grows', async () => {
  const x = index(35, true)
  await x.load(34)
  expect(asked).toEqual([30, 0])
  await x.load(34)
  now += 800
  await x.load(34)
  expect(asked).toEqual([30, 0, 30])
  expect([x.end, x.open]).toEqual([35, true])
})

it('knows what goes on and what stands beside', () => {
  const [a, b] = [all[0]!, all[1]!]
  expect([follows(a, b), adjacent(a, b), follows(a, all[2]!), adjacent(all[79]!, all[80]!)]).toEqual([true, true, false, false])
})
