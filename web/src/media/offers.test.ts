import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { OfferQueue } from './offers'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const begun = () => vi.advanceTimersByTimeAsync(0)

/** pending is a negotiation that the test ends. */
function pending() {
  const ends: { done(): void; fail(): void }[] = []
  const queue = new OfferQueue(() => new Promise<void>((resolve, reject) => ends.push({ done: resolve, fail: () => reject(new Error('refused')) })))
  return { queue, ends }
}

it('negotiates one at a time, and all newer wishes in the next', async () => {
  const { queue, ends } = pending()
  queue.want()
  queue.want() // in the same breath
  await begun()
  expect(ends).toHaveLength(1)
  queue.want()
  queue.want()
  await begun()
  expect(ends).toHaveLength(1)
  ends[0]!.done()
  await begun()
  expect(ends).toHaveLength(2)
  ends[1]!.done()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(ends).toHaveLength(2)
})

it('tries again what was refused, later each time, and at once when something new is wished for', async () => {
  const { queue, ends } = pending()
  queue.want()
  await begun()
  ends[0]!.fail()
  await vi.advanceTimersByTimeAsync(999)
  expect(ends).toHaveLength(1)
  await vi.advanceTimersByTimeAsync(1)
  expect(ends).toHaveLength(2)
  ends[1]!.fail()
  await vi.advanceTimersByTimeAsync(1000)
  expect(ends).toHaveLength(2)
  queue.want()
  await begun()
  expect(ends).toHaveLength(3)
  ends[2]!.done()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(ends).toHaveLength(3)
})

it('does nothing any more once it is stopped', async () => {
  const { queue, ends } = pending()
  queue.want()
  await begun()
  queue.want()
  queue.stop()
  ends[0]!.fail()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(ends).toHaveLength(1)
})

it('offers nothing where it is stopped in the same breath', async () => {
  const { queue, ends } = pending()
  queue.want()
  queue.stop()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(ends).toHaveLength(0)
})
