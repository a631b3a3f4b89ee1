import { beforeEach, expect, it, vi } from 'vitest'
import type { Part, Recording } from '@/api/recordings'
import { MseReel } from './msereel'

/** Parts of 0.4 s, groups of five of them: two seconds. */
const group = 5
const all: Part[] = Array.from({ length: 150 }, (_, n) => ({
  segment: 1, offset: n * 10, size: 10, start: (n * 2) / 5, duration: 0.4, keyframe: n % group === 0, coding: 1,
}))
const partAt = (at: number) => all.findIndex((p) => p.start <= at && at < p.start + p.duration)

/**
 * Browser is what a browser does with parts: new ones replace those that stand there
 * with the rest of their group, what does not go on where the last one ended is taken
 * from the next keyframe on, and a picture that was left out is passed over.
 */
class Browser {
  readonly held = new Set<number>()
  private last = -2
  private place = 0
  /** Where the element was sent, and whether that picture was there. */
  went: { at: number; there: boolean }[] = []
  readonly video = Object.assign(new EventTarget(), {
    paused: true, seeking: false, readyState: 4, playbackRate: 1, pause: () => {}, play: () => Promise.resolve(),
    buffered: { length: 1, start: () => 0, end: () => 1e6 }, // it says so of holes too
  }) as unknown as HTMLVideoElement

  constructor() {
    Object.defineProperty(this.video, 'currentTime', {
      get: () => this.place,
      set: (at: number) => {
        this.place = at
        this.went.push({ at, there: this.whole(at) })
      },
    })
  }

  /** whole tells whether all that a picture refers to is there. */
  private whole(at: number): boolean {
    const n = partAt(at)
    for (let i = n - (n % group); i <= n; i++) if (!this.held.has(i)) return false
    return true
  }

  append(parts: number[]) {
    for (const n of parts) {
      if (n !== this.last + 1 && n % group !== 0) continue
      for (let i = n; i === n || i % group !== 0; i++) this.held.delete(i)
      this.held.add(n)
      this.last = n
    }
  }
}

let browser: Browser
/** How many turns of the loop a request takes. */
let slow = 1
const turns = async (n: number) => {
  for (let i = 0; i < n; i++) await new Promise((resolve) => setImmediate(resolve))
}
const settled = () => turns(400)

vi.mock('./filmbuffer', () => ({
  FilmBuffer: {
    open: async (_: HTMLVideoElement, type: string) => ({
      type,
      append: async (data: Uint8Array) => {
        await turns(1)
        browser.append([...data])
      },
      remove: async () => {},
      close: () => {},
    }),
  },
}))
vi.mock('@/api/recordings', () => ({
  recordings: {
    parts: async (_: string, start: number, duration: number) => ({
      items: all.filter((p) => p.start + p.duration > start && p.start < start + duration), end: 60, open: false,
    }),
    init: async () => new Uint8Array(),
    bytes: async (_: string, __: number, from: number, size: number, signal: AbortSignal) => {
      await turns(slow)
      signal.throwIfAborted()
      return Uint8Array.from({ length: size / 10 }, (_, i) => from / 10 + i)
    },
  },
}))
vi.stubGlobal('MediaSource', { isTypeSupported: () => true })

const recording = {
  id: 'x', length: 60, sealed: true, track_gaps: [], files: [{ start: 0, end: 60, coding: 1 }],
  codings: [{ id: 1, tracks: [{ id: 1, kind: 'video', mime: 'avc1.64001F' }] }],
} as unknown as Recording

let reel: MseReel
beforeEach(() => {
  browser = new Browser()
  slow = 1
  reel = new MseReel(browser.video, recording)
})

/** stands fails unless the place is shown, and every picture that the element was sent to was there. */
function stands(at: number) {
  expect(reel.state(at, false), `at ${at}`).toBe('ready')
  expect(browser.video.currentTime).toBe(at)
  expect(browser.went.filter((w) => !w.there), `on the way to ${at}`).toEqual([])
}

it('leaves groups whole that were there already when it fills in what is before them', async () => {
  reel.seek(5)
  await settled() // 4 to 15 s
  reel.seek(2.1)
  await settled() // and 2 to 4 s, not some of the next group
  for (const at of [4.1, 5.9, 7.99, 9.99]) {
    reel.seek(at)
    stands(at)
  }
})

it('does not go to a place before it is there, though the browser would', async () => {
  reel.seek(4.1)
  await settled()
  slow = 20
  reel.seek(31)
  await turns(5)
  expect(reel.state(31, false)).toBe('loading')
  expect(browser.video.currentTime).toBe(4.1)
  expect(reel.position()).toBe(31)
  await settled()
  stands(31)
})

it('goes to where it is once more when what its decoder reads was replaced', async () => {
  reel.seek(6.1)
  while (!browser.held.has(partAt(6.1))) await turns(1)
  reel.seek(40.1) // the rest of the group is left for later
  await settled()
  expect(browser.held.has(partAt(7.9))).toBe(false)
  browser.went = []
  reel.seek(6.5)
  expect(browser.went).toHaveLength(1)
  await settled() // the rest comes with the group's beginning
  expect(browser.held.has(partAt(7.9))).toBe(true)
  expect(browser.went.map((w) => w.at)).toEqual([6.5, 6.5])
  stands(6.5)
})

it('shows each place, from wherever one goes and however soon', async () => {
  let seed = 7
  const random = (n: number) => (seed = (seed * 48271) % 2147483647) % n
  for (let i = 0; i < 400; i++) {
    slow = random(10)
    const at = random(5800) / 100
    reel.seek(at)
    await turns(random(40))
    if (i % 10 === 0) {
      await settled()
      stands(at)
    }
  }
  expect(browser.went.length).toBeGreaterThan(100)
})
