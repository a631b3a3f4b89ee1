// Gaps that nobody ordered, as the clerk explains them: those of several cameras at one time are one.
import type { Recording, RecordingGap } from '@/api/recordings'

/** Fault is a time in which something was not recorded that should have been. */
export interface Fault {
  key: string
  utc: string
  /** Seconds, of the camera that lacks most. */
  length: number
  cause: string
  cameras: string[]
  gaps: { recording: string; gap: RecordingGap }[]
  text: string
  author: string
  /** Who has signed it for all cameras. */
  signed: string
  explain: boolean
  sign: boolean
}

/** Cameras that lost the same seconds differ by a group of pictures. */
const near = 3_000

/** faultsOf finds them, the earliest first. */
export function faultsOf(films: Recording[]): Fault[] {
  const all: Fault[] = []
  const found = films.flatMap((film) => film.gap_list.filter((g) => !g.lawful).map((gap) => ({ film, gap })))
  for (const { film, gap } of found.sort((a, b) => Date.parse(a.gap.utc) - Date.parse(b.gap.utc))) {
    const length = gap.end - gap.start
    const same = all.find((f) =>
      f.cause === gap.cause && f.text === gap.explanation && Math.abs(Date.parse(f.utc) - Date.parse(gap.utc)) < near &&
      Math.abs(f.length - length) * 1000 < near && !f.gaps.some((x) => x.recording === film.id))
    const entry = { recording: film.id, gap }
    if (!same) {
      all.push({
        key: `${film.id}/${gap.number}`, utc: gap.utc, length, cause: gap.cause, cameras: [film.name || film.source], gaps: [entry],
        text: gap.explanation, author: gap.explained_by, signed: gap.countersigned_by, explain: film.may.explain, sign: film.may.sign,
      })
      continue
    }
    same.cameras.push(film.name || film.source)
    same.gaps.push(entry)
    same.length = Math.max(same.length, length)
    same.explain &&= film.may.explain
    same.sign &&= film.may.sign
    if (!gap.countersigned_by) same.signed = ''
  }
  return all
}

/** open are the faults that still want somebody's word. */
export function open(faults: Fault[]): Fault[] {
  return faults.filter((f) => !f.text || !f.signed)
}
