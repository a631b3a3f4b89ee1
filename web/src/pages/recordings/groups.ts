// Recordings as the list shows them: those of one set are one line.
import type { RecordingSummary } from '@/api/recordings'

/** Group is a line of the list: a set, or a recording by itself. */
export interface Group {
  /** What the player is asked for. */
  id: string
  films: RecordingSummary[]
  begin: string
  end: string
  /** Seconds from the first beginning to the last end. */
  length: number
  bytes: number
  /** Of the camera that lacks most: how many, and seconds in all. */
  gapCount: number
  gaps: number
  sealed: boolean
  fault: string
  plays: boolean
}

/** groupsOf makes lines, in the order in which their first recordings come. */
export function groupsOf(all: RecordingSummary[]): Group[] {
  const groups = new Map<string, RecordingSummary[]>()
  for (const r of all) {
    const key = r.set || r.id
    groups.set(key, [...(groups.get(key) ?? []), r])
  }
  return [...groups].map(([id, films]) => {
    const begin = films.map((r) => r.begin).reduce((a, b) => (Date.parse(a) <= Date.parse(b) ? a : b))
    const end = films.map((r) => r.end).reduce((a, b) => (Date.parse(a) >= Date.parse(b) ? a : b))
    const worst = films.reduce((a, b) => (b.gaps > a.gaps || (b.gaps === a.gaps && b.gap_count > a.gap_count) ? b : a))
    return {
      id, films: [...films].sort((a, b) => a.source.localeCompare(b.source)), begin, end,
      length: (Date.parse(end) - Date.parse(begin)) / 1000,
      bytes: films.reduce((sum, r) => sum + r.bytes, 0),
      gapCount: worst.gap_count,
      gaps: worst.gaps,
      sealed: films.every((r) => r.sealed),
      fault: films.find((r) => r.fault)?.fault ?? '',
      plays: films.some((r) => r.may.play),
    }
  })
}
