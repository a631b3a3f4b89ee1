// Keeps a source on a screen: connects, connects anew when the session ends or
// the picture stops, and changes to another stream without a dark moment.
import { Refusal } from '@/api/client'
import { Backoff } from './backoff'
import type { Screen } from './screen'
import { StallDetector } from './stall'
import { type Figures, type Sample, figures } from './stats'
import { type Quality, WhepSession, type Wish } from './whep'

/** Playing is what a tile shows about its player. */
export interface Playing {
  phase: 'idle' | 'connecting' | 'playing' | 'waiting'
  served: Quality | null
  hasSound: boolean
  /** The browser wants a click before it plays sound. */
  soundBlocked: boolean
  /** Why the hub gives no stream. */
  refusal: Refusal | null
  stalled: boolean
  figures: Figures | null
}

export const nothing: Playing = {
  phase: 'idle', served: null, hasSound: false, soundBlocked: false, refusal: null, stalled: false, figures: null,
}

// The first picture is there by then, or the session is not worth waiting for.
const pictureLimit = 6000
const stallLimit = 3000
// A refusal that only a change of the source can lift is asked about seldom.
const seldom = 30_000
// However long the hub asks to wait, a wall looks again by then.
const longestWait = 3000

export class Player {
  private wish: Wish | null = null
  private session: WhepSession | null = null
  private attempt: AbortController | null = null
  private timer: ReturnType<typeof setTimeout> | undefined
  private readonly ticker: ReturnType<typeof setInterval>
  private readonly backoff = new Backoff(250, 1000)
  private stall = new StallDetector(stallLimit, 0)
  private sample: Sample | null = null
  private state: Playing = nothing

  constructor(
    private readonly screen: Screen,
    private readonly report: (p: Playing) => void,
    /** Whether the hub says that the source sends pictures now. */
    private readonly flows: () => boolean,
  ) {
    this.ticker = setInterval(() => void this.tick(), 1000)
  }

  /** want changes what is watched. A picture that is there stays until the new one has come. */
  want(wish: Wish | null) {
    const before = this.wish
    this.wish = wish
    if (!wish) {
      this.stop()
      return
    }
    void this.applySound()
    const same = before?.source === wish.source && before.quality === wish.quality
    if (same && (before.sound || !wish.sound) && (this.session || this.attempt)) return
    if (before && before.source !== wish.source) this.stop()
    this.connect()
  }

  /** again connects at once if the player is waiting: something has changed. */
  again() {
    if (this.wish && this.state.phase === 'waiting') this.connect()
  }

  /** renew gives the session up for a new one: the hub has started anew. */
  renew() {
    if (this.wish) this.connect()
  }

  close() {
    this.wish = null
    clearInterval(this.ticker)
    this.stop()
  }

  private stop() {
    this.cancel()
    this.session?.close()
    this.session = null
    this.screen.clear()
    this.set(nothing)
  }

  private cancel() {
    clearTimeout(this.timer)
    this.attempt?.abort()
    this.attempt = null
  }

  private connect() {
    this.cancel()
    const attempt = new AbortController()
    this.attempt = attempt
    if (!this.session) this.set({ phase: 'connecting' })
    this.try(this.wish!, attempt).catch((e: unknown) => {
      if (this.attempt === attempt) this.failed(e)
    })
  }

  private async try(wish: Wish, attempt: AbortController) {
    const session = await WhepSession.open(wish, attempt.signal)
    const limit = setTimeout(() => attempt.abort(new Error('no picture')), pictureLimit)
    try {
      session.onEnd((why) => attempt.abort(new Error(why)))
      await this.screen.show(session.stream, attempt.signal)
    } catch (e) {
      session.close()
      throw e
    } finally {
      clearTimeout(limit)
    }
    this.session?.close()
    this.session = session
    this.attempt = null
    this.backoff.reset()
    this.sample = null
    this.stall = new StallDetector(stallLimit, performance.now())
    session.onEnd(() => this.ended(session))
    this.set({
      phase: 'playing', served: session.served, hasSound: session.hasSound, refusal: null, stalled: false, figures: null,
    })
    await this.applySound()
  }

  // A session that ended leaves its last picture until the next one comes.
  private ended(session: WhepSession) {
    if (this.session !== session) return
    this.session = null
    this.connect()
  }

  private failed(e: unknown) {
    this.attempt = null
    const refusal = e instanceof Refusal ? e : null
    if (this.session && refusal) return // what is shown goes on; the better stream cannot be had
    if (refusal) this.screen.clear()
    this.set({ phase: 'waiting', refusal })
    this.timer = setTimeout(() => this.connect(), this.wait(refusal))
  }

  private wait(refusal: Refusal | null): number {
    const status = refusal?.problem.status
    if (status === 406 || status === 404) return seldom
    return Math.min(refusal?.retryAfter ?? this.backoff.next(), longestWait)
  }

  private async applySound() {
    if (!this.session) return
    const heard = await this.screen.sound(Boolean(this.wish?.sound) && this.session.hasSound)
    this.set({ soundBlocked: !heard })
  }

  private async tick() {
    const session = this.session
    if (!session) return
    const [f, sample] = figures(await session.stats(), this.sample)
    if (this.session !== session) return
    this.sample = sample
    const stalled = session.hasPicture && !document.hidden && this.stall.observe(f.framesDecoded, performance.now())
    this.set({ figures: f, stalled })
    if (stalled && !this.attempt && this.flows()) this.connect()
  }

  private set(change: Partial<Playing>) {
    this.state = { ...this.state, ...change }
    this.report(this.state)
  }
}
