// What the pages say of a hearing.
import type { Hearing, Member } from '@/api/types'

const leading = ['presiding_judge', 'mediator', 'chair', 'judge']

/** benchOf are those on the panel with a name for each, who leads first, the clerk last. */
export function benchOf(panel: Member[] | null | undefined): Member[] {
  const rank = (m: Member) => (m.part === 'clerk' ? 99 : leading.includes(m.part) ? leading.indexOf(m.part) : 50)
  return [...(panel ?? [])].sort((a, b) => rank(a) - rank(b))
}

/** sidesOf are the parties as one reads them: 北方粮贸 诉 刘明 is for the page to word. */
export function sidesOf(parties: Hearing['parties']): [string[], string[]] {
  const asking = ['plaintiff', 'appellant', 'applicant', 'retrial_applicant', 'enforcement_applicant', 'prosecution', 'private_prosecutor', 'compensation_claimant', 'petitioner', 'executing_organ']
  const first = parties.filter((p) => asking.includes(p.standing)).map((p) => p.name)
  return [first, parties.map((p) => p.name).filter((name) => !first.includes(name))]
}

/** over tells whether nobody sits in it any more. */
export function over(state: string): boolean {
  return ['closed', 'filed', 'cancelled'].includes(state)
}

/** begun tells whether it has been opened once: it is on record then. */
export function begun(state: string): boolean {
  return !['scheduled', 'waiting', 'cancelled'].includes(state)
}

/** begins tells whether its room is open: people come, wait, sit. */
export function begins(state: string): boolean {
  return !over(state) && state !== 'scheduled'
}

/** running tells whether people sit in it now. */
export function running(state: string): boolean {
  return ['in_session', 'closed_session', 'off_record'].includes(state)
}
