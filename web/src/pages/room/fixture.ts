// A room for tests.
import type { RoomView, Seen, Stream } from '@/media/roomwire'

export const now = Date.parse('2026-03-05T01:30:00Z')

export function seen(id: string, part: string, o: Partial<Seen> = {}): Seen {
  const panel = ['presiding_judge', 'judge', 'assessor', 'clerk'].includes(part)
  return {
    id, name: id, part, title: { chinese: part, english: part }, place: 'inside', here: true, since: new Date(now).toISOString(), muted: '', panel, held_back: part === 'witness',
    speaks: part !== 'gallery', ...o,
  }
}

export function roomOf(people: Seen[], o: Partial<RoomView> = {}): RoomView {
  return { version: 1, locked: false, layout: '', spotlight: '', discipline: null, floor: null, people, marks: [], chat: [], offers: [], you: null, now: new Date(now).toISOString(), ...o }
}

export function streamOf(id: string, o: Partial<Stream> = {}): Stream {
  return { id, kind: 'camera', name: id, sound: true, picture: true, live: true, ...o }
}
