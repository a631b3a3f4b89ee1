// Who is where in the room's list, and what can be done with each.
import type { RoomView, Seen } from '@/media/roomwire'

export interface Groups {
  waiting: Seen[]
  hands: Seen[]
  inside: Seen[]
  /** Have been here, and have gone, or were sent out. */
  gone: Seen[]
}

/** groupsOf: who waits first, hands in the order in which they were raised. */
export function groupsOf(room: Pick<RoomView, 'people'>): Groups {
  const by = (test: (p: Seen) => boolean) => room.people.filter(test)
  const since = (p: Seen) => Date.parse(p.hand ?? p.since)
  return {
    waiting: by((p) => p.place === 'waiting').sort((a, b) => Date.parse(a.since) - Date.parse(b.since)),
    hands: by((p) => p.place === 'inside' && Boolean(p.hand)).sort((a, b) => since(a) - since(b)),
    inside: by((p) => p.place === 'inside'),
    gone: by((p) => p.place === 'outside' || p.place === 'removed'),
  }
}

export type Action = 'admit' | 'check_identity' | 'mute' | 'ask_to_unmute' | 'give_floor' | 'lower_hand' | 'spotlight' | 'spotlight_off' | 'send_out' | 'remove'

interface Reader {
  own: string
  offers: string[]
  spotlight: string
  /** The kind of room has identities checked. */
  identity: boolean
  /** Parts that run the hearing: nobody mutes them or sends them out. */
  runs: (part: string) => boolean
}

/** actionsOf is what the reader can do with somebody, the usual thing first. */
export function actionsOf(p: Seen, r: Reader): Action[] {
  const other = p.id !== r.own
  // Muting oneself is everybody's; whoever may ask others to speak may mute them, too.
  const overOthers = r.offers.includes('ask_to_unmute')
  const here = p.place === 'inside' && p.here
  const voice = p.place === 'inside' && p.speaks
  const may: [Action, boolean][] = [
    ['admit', p.place === 'waiting' ? p.part !== 'gallery' : p.place === 'removed'],
    ['ask_to_unmute', other && voice && (p.muted === 'self' || p.muted === 'court')],
    ['mute', other && overOthers && voice && p.muted !== 'court' && !r.runs(p.part)],
    ['give_floor', other && here && voice],
    ['lower_hand', other && overOthers && voice && Boolean(p.hand)],
    ['check_identity', r.identity && !p.panel && p.part !== 'gallery' && !p.identity && p.place !== 'outside' && p.place !== 'removed'],
    ['spotlight', voice && r.spotlight !== p.id],
    ['spotlight_off', r.spotlight === p.id],
    ['send_out', other && p.place === 'inside' && p.part !== 'gallery' && !r.runs(p.part)],
    ['remove', other && p.place !== 'removed' && p.place !== 'outside' && !r.runs(p.part)],
  ]
  return may.filter(([action, now]) => now && r.offers.includes(action === 'spotlight_off' ? 'spotlight' : action)).map(([action]) => action)
}

/** listeners are those to whom whoever runs the room can write. */
export const listeners = (room: Pick<RoomView, 'people'>, own: string) => room.people.filter((p) => p.id !== own && (p.place === 'inside' || p.place === 'waiting') && p.part !== 'gallery')
