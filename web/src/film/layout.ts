// How a recording is coded at a place, in the words that browsers take.
import type { Coding, Recording } from '@/api/recordings'

/** Layout is a coding, less the tracks that are missing for a while: a browser waits for a track that it was told of. */
export interface Layout {
  coding: Coding
  tracks: number[]
  type: string
}

/** layoutOf is the layout of what stands at a place. */
export function layoutOf(r: Recording, id: number, at: number): Layout | null {
  const coding = r.codings.find((c) => c.id === id)
  if (!coding) return null
  const missing = r.track_gaps.filter((g) => at >= g.start && at < g.end).map((g) => g.track)
  const tracks = (coding.tracks ?? []).filter((t) => !missing.includes(t.id))
  return { coding, tracks: tracks.map((t) => t.id), type: `video/mp4; codecs="${tracks.map((t) => t.mime).join(',')}"` }
}

/** whole tells whether no track is missing. */
export const whole = (l: Layout) => l.tracks.length === (l.coding.tracks ?? []).length

/** lacking is why this browser cannot play a layout; null: it can. */
export function lacking(l: Layout): 'h265' | 'codec' | null {
  if (MediaSource.isTypeSupported(l.type)) return null
  return /hvc1|hev1/.test(l.type) ? 'h265' : 'codec'
}
