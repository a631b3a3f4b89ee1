// A clip: the stretch of the timeline that is to be taken away.
import type { Taken } from '@/api/casefile'
import type { Recording } from '@/api/recordings'
import type { Lane } from './timeline'

/** Clip is in seconds of the timeline. */
export interface Clip {
  from: number
  to: number
}

const usual = 60 // seconds that a clip has before somebody says otherwise
const shortest = 1

/** clipAt is a minute from where one stands, or the last one. */
export function clipAt(at: number, end: number): Clip {
  const from = Math.max(0, Math.min(at, end - Math.min(usual, end)))
  return { from, to: Math.min(end, from + usual) }
}

/** withEdge moves one edge; the other one gives way where they would meet. */
export function withEdge(clip: Clip, edge: 'from' | 'to', at: number, end: number): Clip {
  const length = clip.to - clip.from
  if (edge === 'from') {
    const from = Math.max(0, Math.min(at, end - shortest))
    return { from, to: from <= clip.to - shortest ? clip.to : Math.min(end, from + length) }
  }
  const to = Math.min(end, Math.max(at, shortest))
  return { from: to >= clip.from + shortest ? clip.from : Math.max(0, to - length), to }
}

/**
 * takenOf is what the player shows, as it is taken away or certified: all of a
 * hearing, or a recording by itself; null: it is neither, or not the reader's to take.
 */
export function takenOf(films: Recording[]): Taken | null {
  const [first] = films
  if (!first || !films.every((r) => r.may.export)) return null
  if (first.hearing && films.every((r) => r.hearing === first.hearing)) return { of: 'hearings', id: first.hearing }
  return films.length === 1 ? { of: 'recordings', id: first.id } : null
}

/** markedAt are the recordings that a mark at a place of the timeline belongs to, and where in each. */
export function markedAt(films: Recording[], lanes: Lane[], at: number): { id: string; at: number }[] {
  return films.flatMap((r, i) => {
    const lane = lanes[i]
    return lane && r.may.mark && !r.fault && at >= lane.offset && at <= lane.end ? [{ id: r.id, at: at - lane.offset }] : []
  })
}
