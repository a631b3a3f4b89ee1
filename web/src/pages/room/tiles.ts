// Which tiles a room has: a person each, a screen that is shown, a camera of the place.
import type { RoomView, Seen, Stream } from '@/media/roomwire'

/** Seat is where somebody sits in a courtroom. */
export type Seat = 'bench' | 'left' | 'right' | 'well' | 'centre'

export interface Tile {
  id: string
  kind: 'person' | 'screen' | 'courtroom'
  person: Seen | null
  stream: Stream | null
  own: boolean
  seat: Seat
}

const seats: Record<string, Seat> = {
  presiding_judge: 'bench', judge: 'bench', assessor: 'bench', mediator: 'bench', chair: 'bench', clerk: 'bench',
  plaintiff: 'left', prosecutor: 'left', petitioner: 'left',
  defendant: 'right', lawyer: 'right',
}

/** How long somebody whose connection has gone keeps their tile; those on the panel keep it. */
const patience = 60_000

/** benchRank puts who leads in the middle of the others' order: first. */
const benchRank = ['presiding_judge', 'mediator', 'chair', 'judge', 'assessor', 'clerk']

/** seatOf says where somebody of a part sits: the bench above, the sides left and right, the others between them. */
export const seatOf = (part: string): Seat => seats[part] ?? 'well'

/** tilesOf are the tiles in an order that newcomers do not change: they come last in their row. */
export function tilesOf(room: RoomView, streams: Stream[], own: string, now: number): Tile[] {
  const people = room.people.filter((p) => p.place === 'inside' && p.speaks && (p.here || p.panel || now - Date.parse(p.since) < patience))
  const persons = people.map<Tile>((person) => ({
    id: `person-${person.id}`, kind: 'person', person, own: person.id === own, seat: seatOf(person.part),
    stream: streams.find((s) => s.kind === 'camera' && s.person === person.id) ?? null,
  }))
  const rank = (t: Tile) => (t.seat === 'bench' ? benchRank.indexOf(t.person!.part) : benchRank.length)
  persons.sort((a, b) => rank(a) - rank(b)) // a stable sort: else the order of their coming
  const others = streams.filter((s) => s.kind !== 'camera').map<Tile>((stream) => ({
    id: `stream-${stream.id}`, kind: stream.kind as 'screen' | 'courtroom', stream, own: Boolean(stream.person) && stream.person === own, seat: 'centre',
    person: room.people.find((p) => p.id === stream.person) ?? null,
  }))
  return [...persons, ...others]
}

/** mainOf is the tile that is large where one is: what the reader has pinned, what the court has put in the light, a screen, who has the floor, who speaks. */
export function mainOf(tiles: Tile[], room: Pick<RoomView, 'spotlight' | 'floor'>, pinned: string, speaker: string): string {
  const has = (id: string) => (tiles.some((t) => t.id === id) ? id : '')
  const person = (id: string) => (id ? has(`person-${id}`) || has(`stream-${id}`) : '')
  return (
    has(pinned) || person(room.spotlight) || tiles.find((t) => t.kind === 'screen' && !t.own)?.id || person(room.floor?.person ?? '') || person(speaker)
    || tiles.find((t) => t.kind === 'courtroom' && t.stream?.live)?.id || tiles.find((t) => !t.own && t.person?.here)?.id || tiles[0]?.id || ''
  )
}

/** Speaker keeps who spoke last, and lets another take their place once they have spoken for a moment: a cough changes nothing. */
export class Speaker {
  current = ''
  private next = ''
  private since = 0

  constructor(private readonly hold = 900) {}

  /** hear takes who speaks, the loudest first, without the reader; it tells whether somebody else is the speaker now. */
  hear(speaking: string[], now: number): boolean {
    const loudest = speaking[0] ?? ''
    if (!loudest || loudest === this.current) {
      this.next = ''
      return false
    }
    if (loudest !== this.next) {
      this.next = loudest
      this.since = now
    }
    if (this.current && now - this.since < this.hold && speaking.includes(this.current)) return false
    this.current = loudest
    this.next = ''
    return true
  }
}
