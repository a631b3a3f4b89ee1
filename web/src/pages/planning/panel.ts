// Who can sit on a panel, and what a new one begins with.
import type { Colleague, KindFacts, Member, PartFacts } from '@/api/types'

/** A court's offices, which need the role; in a meeting whoever is named leads or writes. */
const offices: Record<string, string> = { presiding_judge: 'judge', judge: 'judge', clerk: 'clerk' }

/** seatsOf are the parts that a panel of the kind can have. */
export function seatsOf(kind: KindFacts | undefined, parts: PartFacts[]): PartFacts[] {
  return parts.filter((p) => p.panel && kind?.parts.includes(p.part))
}

/** eligible are those who can have a part: not who sits there already. */
export function eligible(part: string, kind: KindFacts | undefined, colleagues: Colleague[], taken: string[]): Colleague[] {
  const role = kind?.parts.includes('judge') ? offices[part] : undefined
  return colleagues.filter((c) => !taken.includes(c.user) && (!role || c.roles.includes(role)))
}

/** emptyPanel is what a new hearing begins with: who leads, and the clerk. */
export function emptyPanel(kind: KindFacts | undefined): Member[] {
  const lead = kind?.leads[0]
  const seats = [lead, kind?.parts.includes('clerk') ? 'clerk' : undefined].filter((p): p is string => Boolean(p))
  return seats.map((part) => ({ part, name: '', user: '' }))
}

/** fitPanel keeps of a panel what a kind has a seat for. */
export function fitPanel(panel: Member[], kind: KindFacts | undefined): Member[] {
  const kept = panel.filter((m) => m.name && kind?.parts.includes(m.part))
  const missing = emptyPanel(kind).filter((m) => !kept.some((k) => k.part === m.part || (m.part === kind?.leads[0] && kind?.leads.includes(k.part))))
  return [...missing.filter((m) => m.part !== 'clerk'), ...kept, ...missing.filter((m) => m.part === 'clerk')]
}

/** named are those of a panel that name somebody: an empty line is none. A judge who sits alone is no presiding judge. */
export function named(panel: Member[]): Member[] {
  const there = panel.filter((m) => m.name.trim())
  const alone = there.filter((m) => ['presiding_judge', 'judge', 'assessor'].includes(m.part)).length === 1
  return there.map((m) => ({
    part: alone && m.part === 'presiding_judge' ? 'judge' : m.part, name: m.name.trim(), ...(m.user ? { user: m.user } : {}),
  }))
}
