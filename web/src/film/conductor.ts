// Keeps the reels of one set in step on one timeline.
import type { Reel, ReelState, Stretch } from './reel'

/** Place of a reel on the set's timeline. */
export interface Seat {
  reel: Reel
  /** Seconds of the set's timeline at which the recording begins. */
  offset: number
  /** Where it holds something, in seconds of the recording. */
  media: Stretch[]
}

const drift = 0.012 // seconds that are let be; a picture of 25 a second stands for 0.04
const leap = 0.4 // seconds above which it is not caught up with by running faster
const pull = 0.25 // how much faster or slower at most, of those that are not heard
const patience = 4000 // ms that the others wait for a reel that is fetching

/**
 * Conductor has the one clock. While something is being fetched the clock stands
 * and all wait; over a time in which no reel has anything it leaps. The reel that is
 * heard is never made to run faster or slower: the clock goes by it.
 */
export class Conductor {
  playing = false
  rate = 1
  /** It wants to play and waits for what is being fetched. */
  waiting = false
  /** The reel that is heard. */
  heard: Reel | null = null
  /** The leap over a gap that was made last. */
  leapt: Stretch | null = null
  /** How far the timeline reaches, and whether it may grow. */
  end = 0
  grows = false

  private place = 0
  private since = 0
  private waits = 0 // since when
  private late = new Set<Reel>() // waited for in vain

  constructor(
    public seats: Seat[],
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** at is the place on the timeline that is shown. */
  at(): number {
    return this.running() ? this.place + ((this.now() - this.since) / 1000) * this.rate : this.place
  }

  private running() {
    return this.playing && !this.waiting
  }

  private set(at: number) {
    this.place = at
    this.since = this.now()
  }

  seek(at: number) {
    const to = Math.min(Math.max(0, at), Math.max(0, this.end - (this.grows ? 0.8 : 0.05)))
    this.set(to)
    this.waits = this.now()
    this.late.clear()
    for (const s of this.seats) s.reel.seek(to - s.offset)
  }

  play() {
    if (this.playing) return
    if (!this.grows && this.at() >= this.end - 0.1) this.seek(0)
    this.playing = true
    this.waiting = true // until all are there
    this.waits = this.now()
    this.set(this.place)
    this.tick()
  }

  pause() {
    if (!this.playing) return
    const at = this.at()
    this.playing = false
    this.waiting = false
    this.set(at)
    for (const s of this.seats) s.reel.rest()
    // All stop at the same picture; what an element shows may be behind what it says.
    for (const s of this.seats) s.reel.seek(at - s.offset)
  }

  speed(rate: number) {
    this.set(this.at())
    this.rate = rate
  }

  state(seat: Seat, at = this.at()): ReelState {
    return seat.reel.state(at - seat.offset, this.playing)
  }

  /** tick is to be called some ten times a second. */
  tick() {
    if (!this.playing) return
    const at = this.at()
    const states = this.seats.map((s) => this.state(s, at))
    const fetching = this.seats.filter((s, i) => states[i] === 'loading' && !this.late.has(s.reel))
    for (const [i, s] of this.seats.entries()) if (states[i] !== 'loading') this.late.delete(s.reel)
    if (fetching.length) return this.wait(at, fetching)
    const ready = this.seats.filter((_, i) => states[i] === 'ready')
    if (!ready.length && states.every((s) => s === 'nothing' || s === 'failed') && this.beyond(at)) return
    if (this.waiting) {
      this.waiting = false
      this.set(at)
    }
    this.lead(ready)
    for (const [i, s] of this.seats.entries()) {
      if (states[i] === 'ready') this.step(s)
      else s.reel.rest()
    }
  }

  private wait(at: number, fetching: Seat[]) {
    if (!this.waiting) {
      this.set(at)
      this.waiting = true
      this.waits = this.now()
    }
    for (const s of this.seats) s.reel.rest()
    if (this.now() - this.waits < patience) return
    for (const s of fetching) this.late.add(s.reel) // the others go on without it
  }

  /** beyond goes on from where nothing is; true: it was gone on, or there is nowhere to go. */
  private beyond(at: number): boolean {
    const next = this.seats.flatMap((s) => s.media.map((m) => m.start + s.offset)).filter((start) => start > at).sort((a, b) => a - b)[0]
    if (next !== undefined) {
      this.leapt = { start: at, end: next }
      this.seek(next)
      this.waiting = true
      return true
    }
    if (this.grows) {
      this.wait(at, [])
      return true
    }
    if (at < this.end - 0.05) return false // the clock goes on to the end
    this.set(this.end)
    this.playing = false
    for (const s of this.seats) s.reel.rest()
    return true
  }

  /** lead sets the clock by the reel that is heard. */
  private lead(ready: Seat[]) {
    const heard = ready.find((s) => s.reel === this.heard)
    if (!heard || heard.reel.video.paused) return
    const at = this.at()
    const d = heard.reel.position() + heard.offset - at
    if (Math.abs(d) < leap) this.set(at + d * 0.5)
  }

  /** step keeps a reel with the clock. */
  private step(seat: Seat) {
    const d = seat.reel.position() + seat.offset - this.at()
    if (Math.abs(d) > leap) {
      seat.reel.seek(this.at() - seat.offset)
      return
    }
    const own = seat.reel === this.heard || Math.abs(d) < drift
    seat.reel.run(own ? this.rate : this.rate * (1 - Math.min(Math.max(d, -pull), pull)))
  }

  close() {
    this.playing = false
    for (const s of this.seats) s.reel.close()
  }
}
