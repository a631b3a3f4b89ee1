// Plays a recording part by part through Media Source Extensions: any place within
// a request or two, frame by frame, also while it is being written.
import { Refusal } from '@/api/client'
import { type Part, type Recording, recordings } from '@/api/recordings'
import { FilmBuffer } from './filmbuffer'
import { lacking, type Layout, layoutOf, whole } from './layout'
import { keep } from './mp4'
import { adjacent, follows, PartIndex } from './partindex'
import { mediaOf, type Reel, type ReelState, type Stretch, within } from './reel'

const ahead = 10 // seconds that are fetched before they are shown
const behind = 30 // and kept after
const soon = 1.2 // seconds of the request right after a seek
const later = 4 // and of the others
const most = 6 << 20 // bytes of a request
const retry = 1000 // ms

/**
 * MseReel keeps in mind which parts the browser holds; what the browser itself says is
 * not enough. Parts that are appended replace what stood there, with all that refers to
 * it: the rest of the group of pictures. A place in such a hole, if it is a short one,
 * shows the picture before or after. So of a group of pictures a beginning is held, or
 * all of it; what is held is not appended over but to go on with its group; and the
 * element goes to a place when the part of that place is there.
 */
export class MseReel implements Reel {
  private readonly index: PartIndex
  private readonly inits = new Map<number, Uint8Array>()
  private media: Stretch[]
  private buffer: FilmBuffer | null = null
  private fresh = false // nothing was appended yet
  private due = false // the element is to go to the target, when that is there
  /** What is in the buffer. */
  private have: Part[] = []
  private last: Part | null = null // appended last: what follows it may go on in mid-group
  private target = 0 // what is shown, or is to be
  private abort = new AbortController()
  private feeding = false
  private again = false
  private timer: ReturnType<typeof setTimeout> | undefined
  private failed = false
  private closed = false

  constructor(
    readonly video: HTMLVideoElement,
    private recording: Recording,
  ) {
    this.media = mediaOf(recording)
    this.index = new PartIndex(recording.id)
    this.index.end = recording.length
    this.index.open = !recording.sealed
    video.addEventListener('timeupdate', this.moved)
  }

  know(recording: Recording) {
    this.recording = recording
    this.media = mediaOf(recording)
    this.feed()
  }

  state(at: number, running: boolean): ReelState {
    const there = this.there(at)
    const layout = there && this.layoutAt(at)
    if (!layout) return 'nothing'
    const lacks = lacking(layout)
    if (lacks) return lacks
    if (this.failed) return 'failed'
    const v = this.video
    const more = running ? Math.max(0, Math.min(0.3, there.end - at - 0.1)) : 0
    // Nothing was there where it was to go, and the clock has gone on to where something is.
    if (this.due && !this.index.at(this.target)) this.target = at
    if (!this.due && !v.seeking && v.readyState >= 2 && this.buffer?.type === layout.type && this.buffered(at, at + more) && this.covers(at, at + more)) return 'ready'
    this.feed()
    return 'loading'
  }

  /** there is the stretch that holds a place; of a growing recording the index knows more than the list. */
  private there(at: number): Stretch | undefined {
    const part = this.index.at(at)
    return within(this.media, at) ?? (part && { start: part.start, end: this.index.end })
  }

  private layoutAt(at: number): Layout | null {
    const id = this.index.at(at)?.coding ?? this.recording.files.find((f) => at >= f.start && at < f.end)?.coding
    return id ? layoutOf(this.recording, id, at) : null
  }

  private buffered(from: number, to: number): boolean {
    const b = this.video.buffered
    for (let i = 0; i < b.length; i++) if (b.start(i) <= from + 0.1 && b.end(i) >= to - 0.1 && b.end(i) > from - 0.1) return true
    return false
  }

  /** covers tells whether all parts of a stretch are held: the browser passes over short holes in silence. */
  private covers(from: number, to: number): boolean {
    return this.index.from(from).every((p) => p.start + p.duration <= from || p.start >= to || this.holds(p))
  }

  seek(at: number) {
    this.target = at
    this.failed = false
    this.abort.abort()
    this.abort = new AbortController()
    this.due = true
    this.go()
    this.feed()
  }

  /** go sends the element to the target, if it is due and the part that holds it is there. */
  private go() {
    const part = this.index.at(this.target) ?? this.index.at(this.target + 0.01)
    if (!this.due || !this.buffer || !part || !this.holds(part)) return
    this.due = false
    this.video.currentTime = this.target
  }

  position(): number {
    return this.due ? this.target : this.video.currentTime
  }

  run(rate: number) {
    if (Math.abs(this.video.playbackRate - rate) > 0.002) this.video.playbackRate = rate
    if (this.video.paused && this.buffer) this.video.play().catch(() => {}) // it was paused again, or goes elsewhere
  }

  rest() {
    if (!this.video.paused) this.video.pause()
  }

  close() {
    this.closed = true
    this.abort.abort()
    clearTimeout(this.timer)
    this.video.removeEventListener('timeupdate', this.moved)
    this.buffer?.close()
  }

  private readonly moved = () => {
    if (!this.due && !this.video.paused && !this.video.seeking) this.target = this.video.currentTime
    this.feed()
  }

  /** feed fetches what is needed around the place that is shown: once at a time, and once more if it is asked meanwhile. */
  private feed() {
    if (this.closed || this.feeding) {
      this.again = true
      return
    }
    this.feeding = true
    this.again = false
    clearTimeout(this.timer)
    this.fill(this.abort.signal)
      .then((more) => (this.again ||= more))
      .catch((e: unknown) => {
        if (e instanceof DOMException && e.name === 'AbortError') return
        this.failed ||= e instanceof Refusal // it may not be played any more, or is gone
        this.timer = setTimeout(() => this.feed(), retry)
      })
      .finally(() => {
        this.feeding = false
        if (this.again) this.feed()
      })
  }

  /** fill does the next thing that is needed; true: there may be more. */
  private async fill(signal: AbortSignal): Promise<boolean> {
    const at = this.target
    await Promise.all([this.index.load(at), this.index.load(at + ahead)])
    signal.throwIfAborted()
    this.go() // it may not have been known which part that is
    const need = this.needed(at)
    if (!need.length) {
      // At the end of what is written there is more in a moment.
      if (this.index.open && at + ahead > this.index.end) this.timer = setTimeout(() => this.feed(), retry / 2)
      return false
    }
    const layout = layoutOf(this.recording, need[0]!.coding, need[0]!.start)
    if (!layout || lacking(layout)) return false
    if (this.buffer?.type !== layout.type) {
      if (this.buffer && need[0]!.start > at + 0.1) return false // what plays now goes on to its end first
      await this.open(layout, signal)
    }
    const size = need.reduce((sum, p) => sum + p.size, 0)
    const [init, data] = await Promise.all([this.init(layout, signal), recordings.bytes(this.recording.id, need[0]!.segment, need[0]!.offset, size, signal)])
    signal.throwIfAborted()
    await this.append(layout, init, data, need)
    this.failed = false
    return true
  }

  /** needed are the next parts to fetch: some that stand beside each other in a file. */
  private needed(at: number): Part[] {
    const parts = this.index.from(at).filter((p) => p.start < at + ahead)
    let first = parts.findIndex((p) => !this.holds(p))
    if (first < 0) return []
    // What does not go on where was appended last begins with a keyframe.
    if (!this.last || !follows(this.last, parts[first]!)) {
      while (first > 0 && !parts[first]!.keyframe && follows(parts[first - 1]!, parts[first]!)) first--
    }
    const some = [parts[first]!]
    const type = this.typeOf(some[0]!)
    let size = some[0]!.size
    for (const p of parts.slice(first + 1)) {
      if (p.keyframe && this.holds(p)) break // what is held stays whole
      const enough = p.start > at + 0.5 && p.start - some[0]!.start >= (this.fresh || !this.holds(parts[0]!) ? soon : later)
      if (enough || (size += p.size) > most || !adjacent(some.at(-1)!, p) || this.typeOf(p) !== type) break
      some.push(p)
    }
    return some
  }

  private typeOf(p: Part): string {
    return layoutOf(this.recording, p.coding, p.start)?.type ?? ''
  }

  private holds(p: Part): boolean {
    return this.have.some((h) => h.segment === p.segment && h.offset === p.offset)
  }

  private async open(layout: Layout, signal: AbortSignal) {
    this.buffer?.close()
    this.buffer = null
    this.have = []
    this.last = null
    this.fresh = true
    this.due = true
    this.buffer = await FilmBuffer.open(this.video, layout.type, signal)
  }

  private async init(layout: Layout, signal: AbortSignal): Promise<Uint8Array> {
    const id = layout.coding.id
    const raw = this.inits.get(id) ?? (await recordings.init(this.recording.id, id, signal))
    this.inits.set(id, raw)
    return this.only(raw.slice(), layout)
  }

  private only(data: Uint8Array, layout: Layout): Uint8Array {
    return whole(layout) ? data : keep(data, layout.tracks)
  }

  private async append(layout: Layout, init: Uint8Array, data: Uint8Array, parts: Part[]) {
    const buffer = this.buffer!
    try {
      if (this.last?.coding !== parts[0]!.coding) await buffer.append(init)
      await buffer.append(this.only(data, layout))
    } catch (e) {
      if ((e as Error).name === 'QuotaExceededError') return this.evict(4)
      this.failed = true
      throw e
    }
    // A decoder that was within what was replaced goes on at the next keyframe: it is sent back.
    const shown = this.position()
    const replaced = this.holds(parts[0]!) && shown >= parts[0]!.start && shown < parts.at(-1)!.start + parts.at(-1)!.duration
    if (replaced && !this.due) [this.target, this.due] = [shown, true]
    this.have = this.have.filter((h) => !parts.some((p) => h.segment === p.segment && h.offset === p.offset)).concat(parts)
    this.last = parts.at(-1)!
    this.fresh = false
    this.go()
    if (this.have.length > 250) await this.evict(1)
  }

  /** evict forgets what lies far from the place that is shown; of a group of pictures all or nothing. */
  private async evict(share: number) {
    const from = this.have.reduce((at, p) => (p.keyframe && p.start <= this.target - behind / share ? Math.max(at, p.start) : at), 0)
    const to = this.target + (3 * ahead) / share
    this.have = this.have.filter((p) => p.start >= from && p.start + p.duration <= to)
    this.last = null
    await this.buffer!.remove(0, from - 0.01) // up to that keyframe, and not it
    await this.buffer!.remove(to, Infinity)
  }
}
