import { beforeEach, describe, expect, it } from 'vitest'
import { Conductor, type Seat } from './conductor'
import type { Reel, ReelState } from './reel'

/** Fake is a reel that plays by the test's clock. */
class Fake implements Reel {
  place = 0
  rate = 0
  seeks: number[] = []
  is: ReelState | ((at: number) => ReelState) = 'ready'
  closed = false
  get video() {
    return { paused: this.rate === 0 } as HTMLVideoElement
  }
  state(at: number) {
    return typeof this.is === 'function' ? this.is(at) : this.is
  }
  seek(at: number) {
    this.seeks.push(at)
    this.place = at
  }
  position() {
    return this.place
  }
  run(rate: number) {
    this.rate = rate
  }
  rest() {
    this.rate = 0
  }
  know() {}
  close() {
    this.closed = true
  }
}

let now = 0
let a: Fake
let b: Fake
let c: Conductor

const seat = (reel: Reel, offset = 0, media = [{ start: 0, end: 100 }]): Seat => ({ reel, offset, media })

/** pass lets time pass, in ticks of 100 ms. own is how much faster than they should the reels' own clocks run. */
function pass(seconds: number, own: Map<Fake, number> = new Map()) {
  for (let n = 0; n < seconds * 10; n++) {
    now += 100
    for (const f of [a, b]) f.place += 0.1 * f.rate * (own.get(f) ?? 1)
    c.tick()
  }
}

beforeEach(() => {
  now = 1000
  a = new Fake()
  b = new Fake()
  c = new Conductor([seat(a), seat(b, 5)], () => now)
  c.end = 105
})

describe('two reels', () => {
  it('go to a place together, each by its own beginning', () => {
    c.seek(20)
    expect([a.seeks, b.seeks]).toEqual([[20], [15]])
    expect(c.at()).toBe(20)
  })

  it('play at one speed, and stop at one picture', () => {
    c.seek(20)
    c.play()
    c.speed(2)
    pass(3)
    expect(c.at()).toBeCloseTo(26, 1)
    expect([a.place, b.place + 5]).toEqual([expect.closeTo(c.at(), 1), expect.closeTo(c.at(), 1)])
    b.place += 0.03
    c.pause()
    expect([a.rate, b.rate]).toEqual([0, 0])
    expect(b.place + 5).toBeCloseTo(c.at(), 5)
    const at = c.at()
    now += 5000
    expect(c.at()).toBe(at)
  })

  it('are kept within a picture of each other although their clocks differ', () => {
    c.seek(10)
    c.play()
    const own = new Map([[a, 1.01], [b, 0.985]])
    pass(2, own)
    let worst = 0
    for (let n = 0; n < 100; n++) {
      pass(0.1, own)
      worst = Math.max(worst, Math.abs(a.place - b.place - 5))
    }
    expect(worst).toBeLessThan(0.04)
  })

  it('go by the one that is heard, which is never hurried', () => {
    c.seek(10)
    c.heard = a
    c.play()
    pass(20, new Map([[a, 1.01]]))
    expect(a.rate).toBe(1)
    expect(a.place).toBeCloseTo(c.at(), 1)
    expect(Math.abs(a.place - b.place - 5)).toBeLessThan(0.04)
  })

  it('wait for one that is fetching, and not for ever', () => {
    c.seek(10)
    c.play()
    pass(1)
    b.is = 'loading'
    pass(2)
    expect(c.waiting).toBe(true)
    expect(c.at()).toBeCloseTo(11, 0)
    b.is = 'ready'
    pass(1)
    expect(c.waiting).toBe(false)
    expect(c.at()).toBeCloseTo(12, 1)
    b.is = 'loading'
    pass(6)
    expect(c.at()).toBeGreaterThan(13)
    expect(a.rate).toBeGreaterThan(0)
    expect(b.rate).toBe(0)
  })

  it('catch up by a leap where they are far apart', () => {
    c.seek(10)
    c.play()
    pass(0.2)
    b.place -= 3
    pass(0.1)
    expect(b.place + 5).toBeCloseTo(c.at(), 1)
  })
})

describe('gaps', () => {
  beforeEach(() => {
    const there = (...s: [number, number][]) => (at: number): ReelState => (s.some(([x, y]) => at >= x && at < y) ? 'ready' : 'nothing')
    a.is = there([0, 20], [50, 100])
    b.is = there([0, 25], [40, 100])
    c.seats = [seat(a, 0, [{ start: 0, end: 20 }, { start: 50, end: 100 }]), seat(b, 5, [{ start: 0, end: 25 }, { start: 40, end: 100 }])]
  })

  it('of one reel do not stop the other', () => {
    c.seek(19)
    c.play()
    pass(3)
    expect(c.at()).toBeCloseTo(22, 1)
    expect([a.rate, b.rate > 0]).toEqual([0, true])
  })

  it('of all are leapt over', () => {
    c.seek(28)
    c.play()
    pass(3)
    expect(c.leapt).toEqual({ start: expect.closeTo(30, 0), end: 45 })
    expect(c.at()).toBeGreaterThan(45)
    expect(c.at()).toBeLessThan(47)
  })

  it('at the end are the end, unless more is being recorded', () => {
    a.is = b.is = (at: number) => (at < 60 ? 'ready' : 'nothing')
    c.seats = [seat(a, 0, [{ start: 0, end: 60 }]), seat(b, 0, [{ start: 0, end: 60 }])]
    c.end = 60
    c.seek(58)
    c.play()
    pass(4)
    expect([c.playing, c.at()]).toEqual([false, 60])
    c.grows = true
    c.seek(58)
    c.play()
    pass(4)
    expect([c.playing, c.waiting]).toEqual([true, true])
    a.is = b.is = 'ready'
    pass(1)
    expect(c.waiting).toBe(false)
  })

  it('that nobody can play do not hold the clock', () => {
    a.is = b.is = 'h265'
    c.seek(10)
    c.play()
    pass(2)
    expect(c.at()).toBeCloseTo(12, 1)
  })
})

it('begins anew when it is played at its end', () => {
  c.seek(105)
  c.play()
  pass(1)
  expect(c.at()).toBeLessThan(3)
  c.close()
  expect([a.closed, b.closed, c.playing]).toEqual([true, true, false])
})
