// What the room says of its states, as keys of the locales.
import type { Seen, RoomView } from '@/media/roomwire'
import type { Standing } from '@/media/room'
import type { Trouble } from '@/media/devices'
import type { Way } from '@/media/waystats'

export interface Said {
  key: string
  tone: 'calm' | 'note' | 'alarm'
  args?: Record<string, string | number>
}

export interface Own {
  standing: Standing['at']
  /** Media flow; null: they have not yet. */
  flows: boolean | null
  /** The way was not found for some seconds. */
  blocked: boolean
  you: Seen | null
  hidden: boolean
  /** The reader has the floor. */
  floor: boolean
  microphone: Trouble
  camera: Trouble
  cameraOn: boolean
  /** The system holds the microphone: a telephone call. */
  interrupted: boolean
  way: Way
}

/** saidOf is the one sentence about the reader's own state that matters most now. */
export function saidOf(o: Own): Said {
  if (o.standing === 'away') return { key: 'room.said.away', tone: 'alarm' }
  if (o.blocked) return { key: 'room.said.blocked', tone: 'alarm' }
  if (o.flows === false) return { key: 'room.said.noMedia', tone: 'alarm' }
  if (!o.you || !o.you.speaks) return { key: o.hidden ? 'room.said.hidden' : 'room.said.watching', tone: 'calm' }
  if (o.you.muted === 'court') return { key: o.you.hand ? 'room.said.mutedHand' : 'room.said.muted', tone: 'note' }
  if (o.you.muted === 'asked') return { key: 'room.said.asked', tone: 'note' }
  if (o.interrupted) return { key: 'room.said.interrupted', tone: 'alarm' }
  if (o.microphone && o.camera) return { key: 'room.said.noDevices', tone: 'alarm' }
  if (o.microphone) return { key: `room.said.microphone_${o.microphone}`, tone: 'alarm' }
  if (o.floor && o.you.muted === '') return { key: 'room.said.floor', tone: 'note' }
  if (o.camera) return { key: `room.said.camera_${o.camera}`, tone: 'note' }
  if (o.you.hand) return { key: 'room.said.hand', tone: 'note' }
  if (o.way === 'poor') return { key: 'room.said.poor', tone: 'note' }
  const microphone = o.you.muted === '' ? 'on' : 'off'
  return { key: `room.said.${microphone}_${o.cameraOn ? 'seen' : 'unseen'}`, tone: 'calm' }
}

/** changesOf says in words what has changed in the room: for those who do not see it. */
export function changesOf(before: RoomView, now: RoomView, admits: boolean): { key: string; args: Record<string, string> }[] {
  const said: { key: string; args: Record<string, string> }[] = []
  const was = new Map(before.people.map((p) => [p.id, p]))
  const own = now.you?.id
  for (const p of now.people) {
    const b = was.get(p.id)
    const say = (what: string) => said.push({ key: `room.news.${what}`, args: { name: p.name } })
    const inside = (q: Seen | undefined) => q?.place === 'inside' && q.here
    if (p.id !== own && p.part !== 'gallery') {
      if (inside(p) && !inside(b)) say('came')
      if (inside(b) && !inside(p)) say(p.place === 'removed' ? 'removed' : 'left')
      if (admits && p.place === 'waiting' && b?.place !== 'waiting') say('waits')
      if (admits && p.hand && !b?.hand && p.place === 'inside') say('hand')
    }
  }
  for (const p of before.people) if (p.id !== own && p.part !== 'gallery' && p.place === 'inside' && p.here && !now.people.some((q) => q.id === p.id)) said.push({ key: 'room.news.left', args: { name: p.name } })
  const floor = now.floor?.person ?? ''
  if (floor && floor !== before.floor?.person) said.push({ key: 'room.news.floor', args: { name: now.people.find((p) => p.id === floor)?.name ?? '' } })
  if (now.locked !== before.locked) said.push({ key: now.locked ? 'room.news.locked' : 'room.news.unlocked', args: {} })
  return said
}

/** leftOf a turn of speech, in seconds; null: it has no limit. */
export function leftOf(floor: { since: string; seconds?: number }, now: number): number | null {
  if (!floor.seconds) return null
  return Math.round(floor.seconds - (now - Date.parse(floor.since)) / 1000)
}

/** minutesOf writes seconds as 4:05, and what is over as -0:30. */
export function minutesOf(seconds: number): string {
  const s = Math.abs(seconds)
  return `${seconds < 0 ? '-' : ''}${Math.floor(s / 60)}:${String(s % 60).padStart(2, '0')}`
}

/** Why nobody is seen on a tile. */
export function coverOf(t: { person: Seen | null; stream: { live: boolean; picture: boolean } | null; kind: string }, shown: boolean): string {
  if (t.person && !t.person.here) return 'room.cover.away'
  if (t.kind === 'person' && (!t.stream || !t.stream.picture)) return 'room.cover.noPicture'
  if (t.stream && !t.stream.live) return 'room.cover.dead'
  return shown ? '' : 'room.cover.coming'
}
