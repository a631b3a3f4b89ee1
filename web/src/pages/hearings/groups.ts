// How hearings are listed: a day by its courtrooms, what was searched for by its days.
import type { Hearing } from '@/api/types'
import { dayOf } from '@/words/courttime'

/** Group is a heading with the hearings under it. */
export interface Group {
  key: string
  /** Name of the courtroom, or the day; empty: none, everybody comes by the network. */
  title: string
  /** Name of the court, where hearings of several are listed. */
  court: string
  hearings: Hearing[]
}

const byStart = (a: Hearing, b: Hearing) => a.start.localeCompare(b.start)

function grouped(hearings: Hearing[], of: (h: Hearing) => Omit<Group, 'hearings'>): Group[] {
  const groups = new Map<string, Group>()
  for (const h of hearings) {
    const g = of(h)
    const there = groups.get(g.key)
    if (there) there.hearings.push(h)
    else groups.set(g.key, { ...g, hearings: [h] })
  }
  return [...groups.values()]
}

/** bySite lists a day: court by court in their order, in each its courtrooms, at the end what has none. */
export function bySite(hearings: Hearing[], courts: string[] = []): Group[] {
  const several = new Set(hearings.map((h) => h.court)).size > 1
  const groups = grouped([...hearings].sort(byStart), (h) => ({
    key: `${h.court}/${h.site ?? ''}`, title: h.site_name || (h.site ?? ''), court: several ? h.court_name : '',
  }))
  const court = (g: Group) => courts.indexOf(g.key.split('/')[0]!)
  return groups.sort((a, b) => {
    const none = Number(a.title === '') - Number(b.title === '')
    return court(a) - court(b) || a.court.localeCompare(b.court, 'zh-CN') || none || a.title.localeCompare(b.title, 'zh-CN', { numeric: true })
  })
}

/** byDay lists what was searched for, the newest day first. */
export function byDay(hearings: Hearing[]): Group[] {
  return grouped([...hearings].sort((a, b) => dayOf(b.start).localeCompare(dayOf(a.start)) || byStart(a, b)), (h) => ({
    key: dayOf(h.start), title: dayOf(h.start), court: '',
  }))
}

/** Block is a sitting on the strip of a day, in percent of it. */
export interface Block {
  hearing: Hearing
  left: number
  width: number
}

/** hoursOf is from which hour to which hour the strip goes: a working day, longer where it must. */
export function hoursOf(spans: { from: number; to: number }[]): { first: number; last: number } {
  const first = Math.min(8, ...spans.map((s) => Math.floor(s.from / 60)))
  const last = Math.max(18, ...spans.map((s) => Math.ceil(s.to / 60)))
  return { first: Math.max(0, first), last: Math.min(24, last) }
}

/** place puts a span of minutes on a strip between two hours. */
export function place(span: { from: number; to: number }, hours: { first: number; last: number }): { left: number; width: number } {
  const [first, last] = [hours.first * 60, hours.last * 60]
  const at = (minute: number) => ((Math.min(last, Math.max(first, minute)) - first) / (last - first)) * 100
  return { left: at(span.from), width: at(span.to) - at(span.from) }
}
