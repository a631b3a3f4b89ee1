// What can be said of a join link.
import type { HearingView, Link, Participant } from '@/api/types'
import { clockOf, dayInWords, dayOf } from '@/words/courttime'

export type LinkState = 'none' | 'early' | 'ready' | 'bound' | 'here' | 'over' | 'revoked'

/** linkOf is the link that counts for somebody: the one that is good, else the last one. */
export function linkOf(links: Link[], participant: string): Link | null {
  const theirs = links.filter((l) => l.participant === participant)
  return theirs.find((l) => !l.revoked) ?? theirs[0] ?? null
}

/** stateOf is where a link stands: here says that somebody is in by it now. */
export function stateOf(link: Link | null, now: Date): LinkState {
  if (!link) return 'none'
  if (link.revoked) return 'revoked'
  if (Date.parse(link.not_after) <= now.getTime()) return 'over'
  if (link.devices.length) return 'here'
  if (link.used) return 'bound'
  return Date.parse(link.not_before) > now.getTime() ? 'early' : 'ready'
}

/** good tells whether somebody can still come in by it. */
export function good(state: LinkState): boolean {
  return ['early', 'ready', 'bound', 'here'].includes(state)
}

/** addressOf is what a participant opens; what stands behind the # is sent to nobody by their browser. */
export function addressOf(origin: string, link: Link): string {
  return `${origin}/join#${link.token}`
}

/** Letter is what goes into the text that is sent with a link. */
export interface Letter {
  name: string
  court: string
  day: string
  clock: string
  matter: string
  kind: string
  title: string
  url: string
}

/** letterOf fills a letter for somebody. */
export function letterOf(h: HearingView, p: Participant, words: { kind: string; title: string }, url: string, language: string): Letter {
  const matter = h.case_number ? `${h.case_number} ${h.title}` : h.title
  return { name: p.name, court: h.court_name, day: dayInWords(dayOf(h.start), language), clock: clockOf(h.start), matter, kind: words.kind, title: words.title, url }
}
