// Who takes part beside the panel, as it is typed in.
import type { KindFacts, Participant, PartFacts, Party, Person, StandingFacts } from '@/api/types'

/** Line is one of them; standing is empty where a part says enough. */
export interface Line {
  id: string
  name: string
  part: string
  standing: string
  user: string
  /** Of a terminal: the device that it is; empty: a browser. */
  source: string
}

/** partsOf are the parts of a kind that do not sit on the panel and need no account. */
export function partsOf(kind: KindFacts | undefined, parts: PartFacts[]): PartFacts[] {
  return parts.filter((p) => !p.panel && !p.account && kind?.parts.includes(p.part))
}

/** standingsOf are those that a part can have. */
export function standingsOf(part: string, standings: StandingFacts[]): StandingFacts[] {
  return standings.filter((s) => s.part === part)
}

/** linesOf are a hearing's participants beside its panel. */
export function linesOf(people: Participant[], parts: PartFacts[]): Line[] {
  const beside = (p: Participant) => parts.some((x) => x.part === p.part && !x.panel && !x.account)
  return people.filter(beside).map((p) => ({ id: p.id, name: p.name, part: p.part, standing: p.standing ?? '', user: p.user ?? '', source: p.source ?? '' }))
}

/** linesOfParties are a case's parties as participants, those that the kind has a part for. */
export function linesOfParties(parties: Party[], kind: KindFacts | undefined, standings: StandingFacts[]): Line[] {
  return parties.flatMap((p) => {
    const part = standings.find((s) => s.standing === p.standing)?.part
    return part && kind?.parts.includes(part) ? [{ id: '', name: p.name, part, standing: p.standing, user: '', source: '' }] : []
  })
}

/** personsOf are the lines as the API takes them; an empty one is none. */
export function personsOf(lines: Line[]): Person[] {
  return lines
    .filter((l) => l.name.trim())
    .map((l) => ({
      name: l.name.trim(), part: l.part, ...(l.id ? { id: l.id } : {}), ...(l.standing ? { standing: l.standing } : {}), ...(l.user ? { user: l.user } : {}), ...(l.source && l.part === 'terminal' ? { source: l.source } : {}),
    }))
}
