import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { OfferQueue } from './offers'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** pending is a negotiation that the test ends. */
function pending() {
  const ends: { done(): void; fail(): void }[] = []
  const queue = new OfferQueue(() => new Promise<void>((resolve, reject) => ends.push({ done: resolve, fail: () => reject(new Error('refused')) })))
  return { queue, ends }
}

it('negotiates one at a time, and all newer wishes in the next', async () => {
  const { queue, ends } = pending()
  queue.want()
  queue.want()
  queue.want()
  expect(ends).toHaveLength(1)
  ends[0]!.done()
  await vi.advanceTimersByTimeAsync(0)
  expect(ends).toHaveLength(2)
  ends[1]!.done()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(ends).toHaveLength(2)
})

it('tries again what was refused, later each time, and at once when something new is wished for', async () => {
  const { queue, ends } = pending()
  queue.want()
  ends[0]!.fail()
  await vi.advanceTimersByTimeAsync(999)
  expect(ends).toHaveLength(1)
  await vi.advanceTimersByTimeAsync(1)
  expect(ends).toHaveLength(2)
  ends[1]!.fail()
  await vi.advanceTimersByTimeAsync(1000)
  expect(ends).toHaveLength(2)
  queue.want()
  expect(ends).toHaveLength(3)
  ends[2]!.done()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(ends).toHaveLength(3)
})

it('does nothing any more once it is stopped', async () => {
  const { queue, ends } = pending()
  queue.want()
  queue.want()
  queue.stop()
  ends[0]!.fail()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(ends).toHaveLength(1)
})
