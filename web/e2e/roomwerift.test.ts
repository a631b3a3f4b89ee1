// A participant that is no page of ours: werift, a WebRTC stack of others, speaks
// docs/room-protocol.md from the join link to the sealed recording.
import { MediaStreamTrack, RTCPeerConnection, type RTCRtpTransceiver, useH264, useOPUS } from 'werift'
import WebSocket from 'ws'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Film, firstOf, Person } from './parts/hearing'
import { Hub } from './parts/hub'

let hub: Hub
let judge: Person
let clerk: Person
let hearing: { id: string; case_number: string; participants: { id: string; name: string; part: string }[] }
beforeAll(async () => {
  hub = await Hub.make({ demo: true })
  judge = await Person.of(hub, { name: 'judge', password: 'avhub-demo' })
  clerk = await Person.of(hub, { name: 'clerk', password: 'avhub-demo' })
  hearing = await firstOf(clerk)
})
afterAll(() => hub.end())

/** News is a message of the hub's. */
interface News {
  type: string
  ref?: number
  you?: string
  code?: string
  sdp?: string
  reason?: string
  hearing?: { state: string; recording: boolean }
  room?: { you: { place: string; muted: string } | null; people: { id: string; place: string }[] }
  streams?: { id: string; person?: string; kind: string; live: boolean }[]
}

/** Seat is somebody's connection to the room. */
class Seat {
  readonly said: News[] = []
  private ref = 0
  readonly pc = new RTCPeerConnection({ codecs: { video: [useH264()], audio: [useOPUS()] }, iceServers: [], bundlePolicy: 'max-bundle' })
  private readonly tracks = { video: new MediaStreamTrack({ kind: 'video' }), audio: new MediaStreamTrack({ kind: 'audio' }) }
  private readonly ways: RTCRtpTransceiver[] = []
  /** What has come. */
  readonly packets = { video: 0, audio: 0 }

  private constructor(private readonly socket: WebSocket) {
    socket.on('message', (data: Buffer) => this.said.push(JSON.parse(data.toString()) as News))
  }

  static async take(headers: Record<string, string>): Promise<Seat> {
    const socket = new WebSocket(`${hub.url.replace('http', 'ws')}/api/v1/rooms/${hearing.id}/socket`, { headers })
    const seat = new Seat(socket)
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
    await seat.until((n) => n.type === 'welcome' || n.type === 'bye')
    return seat
  }

  /** last is the newest message that holds what is looked for. */
  last<K extends 'room' | 'streams' | 'hearing'>(what: K): NonNullable<News[K]> {
    return this.said.findLast((n) => n[what] !== undefined)![what]!
  }

  async until(is: (n: News) => boolean): Promise<News> {
    await expect.poll(() => this.said.some(is), { timeout: 20_000, message: is.toString() }).toBe(true)
    return this.said.find(is)!
  }

  async ask(message: object): Promise<News> {
    const ref = ++this.ref
    this.socket.send(JSON.stringify({ ...message, ref }))
    return this.until((n) => n.ref === ref)
  }

  command = (command: object) => this.ask({ type: 'command', command })

  /** connects offers camera and microphone, and a way for one picture and one sound. */
  async connects(forward = false) {
    this.pc.addTransceiver(this.tracks.video, { direction: 'sendonly' })
    this.pc.addTransceiver(this.tracks.audio, { direction: 'sendonly' })
    for (const kind of ['video', 'audio'] as const) {
      const way = this.pc.addTransceiver(kind, { direction: 'recvonly' })
      way.onTrack.subscribe((t) =>
        t.onReceiveRtp.subscribe((p) => {
          this.packets[kind]++
          if (forward) this.tracks[kind].writeRtp(p)
        }),
      )
      this.ways.push(way)
    }
    await this.pc.setLocalDescription(await this.pc.createOffer())
    const sends = this.pc.getTransceivers().filter((w) => w.direction === 'sendonly').map((w) => ({ mid: w.mid!, kind: w.kind === 'video' ? 'camera' : 'microphone' }))
    const answer = await this.ask({ type: 'offer', sdp: this.pc.localDescription!.sdp, sends, receives: [] })
    expect(answer.type, JSON.stringify(answer)).toBe('answer')
    await this.pc.setRemoteDescription({ type: 'answer', sdp: answer.sdp! })
    await expect.poll(() => this.pc.connectionState, { timeout: 20_000 }).toBe('connected')
  }

  /** sees subscribes to a stream's picture and sound, without another negotiation. */
  async sees(stream: string) {
    const receives = this.ways.map((way) => ({ mid: way.mid!, stream, quality: 'high' }))
    expect((await this.ask({ type: 'quality', receives })).type).toBe('done')
  }

  async close() {
    await this.pc.close()
    this.socket.close()
  }
}

/** byLink is the cookie of somebody who came by a join link. */
async function byLink(name: string): Promise<{ id: string; headers: Record<string, string> }> {
  const id = hearing.participants.find((p) => p.name === name)!.id
  const { token } = await clerk.ask<{ token: string }>('POST', `/hearings/${hearing.id}/links`, { participant: id })
  const answer = await fetch(`${hub.url}/api/v1/join`, { method: 'POST', body: JSON.stringify({ token }), headers: { 'Content-Type': 'application/json' } })
  return { id, headers: { Cookie: answer.headers.getSetCookie().map((c) => c.split(';')[0]).join('; ') } }
}

it('comes in, is admitted, speaks, is muted on the wire, and is in the sealed record', async () => {
  const party = await byLink('刘明')
  await clerk.ask('POST', `/hearings/${hearing.id}/commands`, { kind: 'prepare' })
  const cookies = [{ Cookie: clerk.headers['Cookie']! }, { Cookie: judge.headers['Cookie']! }, party.headers] as const
  let [desk, bench, guest] = await Promise.all(cookies.map(Seat.take)) as [Seat, Seat, Seat]
  expect(guest.last('room').you!.place).toBe('waiting')
  expect(guest.last('streams')).toEqual([])
  expect((await guest.ask({ type: 'offer', sdp: 'v=0' })).code).toBe('not_now')
  expect((await guest.command({ kind: 'admit_all' })).code).toBe('not_yours')

  expect((await desk.command({ kind: 'check_identity', person: party.id })).type).toBe('done')
  expect((await desk.command({ kind: 'admit', person: party.id })).type).toBe('done')
  await guest.until((n) => n.room?.you?.place === 'inside')
  // What the guest sends is the courtroom's camera: it comes back over the room.
  await guest.connects(true)
  await guest.sees('court-1')
  await bench.until((n) => n.streams?.some((s) => s.id === party.id && s.live) ?? false)
  await bench.connects()
  await bench.sees(party.id)
  await expect.poll(() => Math.min(bench.packets.video, bench.packets.audio), { timeout: 20_000 }).toBeGreaterThan(50)

  expect((await bench.ask({ type: 'order', order: { kind: 'open' } })).type).toBe('done')
  await guest.until((n) => n.hearing?.recording === true)
  expect((await guest.ask({ type: 'order', order: { kind: 'adjourn', why: '休息' } })).type).toBe('refused')

  // Muted by the court: no packet of sound leaves the hub, the picture goes on.
  expect((await desk.command({ kind: 'mute', person: party.id })).type).toBe('done')
  await guest.until((n) => n.room?.you?.muted === 'court')
  expect((await guest.command({ kind: 'unmute' })).code).toBe('muted')
  const [sound, picture] = [bench.packets.audio, bench.packets.video]
  await expect.poll(() => bench.packets.video - picture, { timeout: 20_000 }).toBeGreaterThan(200)
  expect(bench.packets.audio - sound, 'packets of sound, but for those on their way').toBeLessThan(5)
  expect((await desk.command({ kind: 'ask_to_unmute', person: party.id })).type).toBe('done')
  expect((await guest.command({ kind: 'unmute' })).type).toBe('done')
  await expect.poll(() => bench.packets.audio - sound, { timeout: 20_000 }).toBeGreaterThan(50)

  const films = async () => (await judge.get<{ items: (Film & { name: string })[] }>(`/recordings?hearing=${hearing.id}`)).items
  await expect.poll(async () => (await films()).find((f) => f.source === party.id)?.length ?? 0, { timeout: 30_000 }).toBeGreaterThan(3)

  // The hub is killed: all come back to the same hearing, in the same state, and the record goes on.
  const recorded = (await films()).length
  await hub.kill()
  for (const seat of [desk, bench, guest]) await seat.close()
  await hub.start()
  ;[desk, bench, guest] = await Promise.all(cookies.map(Seat.take)) as [Seat, Seat, Seat]
  expect(guest.last('room').you).toMatchObject({ place: 'inside', muted: '' })
  expect(guest.last('hearing')).toMatchObject({ state: 'in_session', recording: true })
  const before = (await films()).find((f) => f.source === party.id)!.length
  await guest.connects(true)
  await guest.sees('court-1')
  await bench.connects()
  await bench.sees(party.id)
  await expect.poll(() => Math.min(bench.packets.video, bench.packets.audio), { timeout: 20_000 }).toBeGreaterThan(50)
  await expect.poll(async () => (await films()).find((f) => f.source === party.id)?.length ?? 0, { timeout: 30_000 }).toBeGreaterThan(before + 3)
  expect((await films()).length, 'one recording of each, before and after').toBe(recorded)

  expect((await bench.ask({ type: 'order', order: { kind: 'close' } })).type).toBe('done')
  for (const seat of [desk, bench, guest]) expect((await seat.until((n) => n.type === 'bye')).reason).toBe('closed')
  await expect.poll(async () => (await films()).every((f) => f.sealed), { timeout: 30_000 }).toBe(true)
  const all = await films()
  expect(all.map((f) => f.source)).toEqual(expect.arrayContaining(['court-1', party.id]))
  expect(all.find((f) => f.source === party.id)!.name).toBe('被告 刘明')
  for (const film of all) expect(hub.run(['verify', hub.film(film.source, film.id)])).toMatch(/^whole|: whole/m)
  for (const seat of [desk, bench, guest]) await seat.close()
}, 180_000)
