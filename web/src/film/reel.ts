// A reel shows one recording in a video element, at the places it is told.
import type { Recording } from '@/api/recordings'

/**
 * State of a reel at a place: it shows what is there; it is fetching it; nothing was
 * recorded there; or this browser cannot play it, and says why.
 */
export type ReelState = 'ready' | 'loading' | 'nothing' | 'h265' | 'codec' | 'failed'

/** Reel is one recording on its way through a video element. Places are seconds since its beginning. */
export interface Reel {
  readonly video: HTMLVideoElement
  /** State at a place, for showing what is there and, while it runs, what comes right after. */
  state(at: number, running: boolean): ReelState
  /** seek goes to a place. */
  seek(at: number): void
  /** position is the place that is shown. */
  position(): number
  run(rate: number): void
  rest(): void
  /** know takes in what the recording has become: it grows while it is written. */
  know(recording: Recording): void
  close(): void
}

/** Stretch is from when until when something is there, in seconds. */
export interface Stretch {
  start: number
  end: number
}

/** mediaOf is where a recording holds something that plays. */
export function mediaOf(r: Recording): Stretch[] {
  const all: Stretch[] = []
  for (const f of r.files) {
    if (!f.coding || f.end <= f.start) continue
    const last = all.at(-1)
    if (last && f.start - last.end < 0.05) last.end = f.end
    else all.push({ start: f.start, end: f.end })
  }
  return all
}

/** within finds the stretch that holds a place; stretches are in order. */
export function within<T extends Stretch>(all: T[], at: number): T | undefined {
  return all.find((s) => at >= s.start && at < s.end)
}
