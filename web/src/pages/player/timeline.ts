// The timeline of recordings that belong together: what lies where, in seconds since
// the first of them began.
import type { Recording, RecordingGap, RecordingMark } from '@/api/recordings'

/** Lane is a recording on the timeline. */
export interface Lane {
  id: string
  name: string
  offset: number
  end: number
  gaps: LaneGap[]
}

/** LaneGap is a time that a recording does not hold. */
export interface LaneGap {
  start: number
  end: number
  cause: string
  lawful: boolean
  /** null: it is none of the recorder's: its files are gone or damaged. */
  gap: RecordingGap | null
}

export interface Flag {
  at: number
  mark: RecordingMark
}

/** earliest is the recording that begins first: its beginning is the timeline's. */
export function earliest(all: Recording[]): Recording | undefined {
  return all.reduce<Recording | undefined>((first, r) => (first && Date.parse(first.begin) <= Date.parse(r.begin) ? first : r), undefined)
}

/** steps sums the settings of the hub's clock up to a place in a recording. */
function steps(r: Recording, at: number): number {
  return r.clocks.filter((c) => c.at <= at).reduce((sum, c) => sum + c.step, 0)
}

/**
 * offsetsOf is when each recording begins, in seconds after the first. The hub's clock
 * may have been set in between: a recording that ran through that tells by how much.
 */
export function offsetsOf(all: Recording[]): number[] {
  const first = earliest(all)
  if (!first) return []
  const zero = Date.parse(first.begin)
  return all.map((r) => {
    const apart = (Date.parse(r.begin) - zero) / 1000
    let at = apart
    for (const c of first.clocks) if (r !== first && at - c.step >= c.at) at -= c.step
    return Math.max(0, at)
  })
}

/** wallAt is the hub's wall clock at a place on the timeline. */
export function wallAt(first: Recording, at: number): Date {
  return new Date(Date.parse(first.begin) + (at + steps(first, at)) * 1000)
}

/** lanesOf lays recordings beside each other. */
export function lanesOf(all: Recording[], offsets: number[]): Lane[] {
  return all.map((r, i) => {
    const offset = offsets[i]!
    const gaps: LaneGap[] = r.gap_list.map((gap) => ({
      start: gap.start + offset, end: (gap.lasts ? r.length : gap.end) + offset, cause: gap.cause, lawful: gap.lawful, gap,
    }))
    for (const f of r.files) {
      if (!f.coding && f.end > f.start) gaps.push({ start: f.start + offset, end: f.end + offset, cause: f.gone === 'damaged' || !f.gone ? 'damaged' : 'deleted', lawful: true, gap: null })
    }
    return { id: r.id, name: r.name || r.source, offset, end: offset + r.length, gaps: gaps.sort((a, b) => a.start - b.start) }
  })
}

/** flagsOf are all marks on the timeline, each once. */
export function flagsOf(all: Recording[], offsets: number[]): Flag[] {
  const flags: Flag[] = []
  all.forEach((r, i) => {
    for (const mark of r.marks) {
      const at = mark.at + offsets[i]!
      if (!flags.some((f) => f.mark.text === mark.text && Math.abs(f.at - at) < 0.5)) flags.push({ at, mark })
    }
  })
  return flags.sort((a, b) => a.at - b.at)
}

/** gapAt is the gap that holds a place. */
export function gapAt(lane: Lane, at: number): LaneGap | undefined {
  return lane.gaps.find((g) => at >= g.start && at < g.end)
}

/** clockOf writes a length or a place: 0:04, 12:03, 1:02:03; with hundredths if asked. */
export function clockOf(seconds: number, fine = false): string {
  const all = Math.max(0, fine ? Math.floor(seconds * 100 + 0.5) / 100 : Math.floor(seconds + 0.001))
  const [h, m] = [Math.floor(all / 3600), Math.floor((all % 3600) / 60)]
  const s = fine ? (all % 60).toFixed(2).padStart(5, '0') : String(Math.floor(all % 60)).padStart(2, '0')
  return h > 0 ? `${h}:${String(m).padStart(2, '0')}:${s}` : `${m}:${s}`
}

/** View is the stretch of the timeline that is drawn. */
export interface View {
  from: number
  to: number
}

const shortest = 20

/** zoom makes the view shorter or longer around a place, within the timeline. */
export function zoom(view: View, by: number, around: number, end: number): View {
  const length = Math.min(Math.max((view.to - view.from) * by, Math.min(shortest, end)), end)
  const share = (around - view.from) / Math.max(view.to - view.from, 0.001)
  return within({ from: around - length * share, to: around - length * share + length }, end)
}

/** follow moves the view so that a place is in it. */
export function follow(view: View, at: number, end: number): View {
  if (at >= view.from && at <= view.to) return within(view, end)
  const length = view.to - view.from
  return within({ from: at - length * 0.1, to: at + length * 0.9 }, end)
}

function within(view: View, end: number): View {
  const length = Math.min(view.to - view.from, end)
  const from = Math.min(Math.max(0, view.from), end - length)
  return { from, to: from + length }
}

/** ticksOf are places for labels: round steps, at most so many. */
export function ticksOf(view: View, most: number, zero: Date): number[] {
  const length = view.to - view.from
  const step = [1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14_400, 43_200].find((s) => length / s <= most) ?? 86_400
  // Labels are of the wall clock: they stand at round times of day.
  const shift = (zero.getTime() / 1000) % step
  const first = Math.ceil((view.from + shift) / step) * step - shift
  const ticks: number[] = []
  for (let at = first; at <= view.to; at += step) ticks.push(at)
  return ticks
}
