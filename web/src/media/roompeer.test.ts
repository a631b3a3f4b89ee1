import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { RoomPeer, type Tracks } from './roompeer'
import type { Receive, Send, Stream } from './roomwire'

interface FakeEncoding { rid?: string; active?: boolean }

/** FakeTransceiver is an m-line; a sender refuses parameters that are not the ones it gave last, as browsers do. */
class FakeTransceiver {
  mid: string | null = null
  receiver = { track: { kind: 'x' } as unknown as MediaStreamTrack }
  track: MediaStreamTrack | null = null
  private given: object | null = null
  set: FakeEncoding[]
  constructor(public direction: string, encodings: FakeEncoding[]) {
    this.set = encodings.map((e) => ({ ...e, active: true }))
  }
  sender = {
    replaceTrack: async (t: MediaStreamTrack | null) => void (this.track = t),
    getParameters: () => (this.given = { encodings: this.set.map((e) => ({ ...e })) }),
    setParameters: async (p: { encodings: FakeEncoding[] }) => {
      if (p !== this.given) throw new Error('InvalidModificationError')
      await Promise.resolve()
      this.given = null
      this.set = p.encodings
    },
  }
}

class FakePeer {
  static last: FakePeer
  lines: FakeTransceiver[] = []
  signalingState = 'stable'
  iceConnectionState = 'new'
  localDescription: { sdp: string } | null = null
  oniceconnectionstatechange: (() => void) | null = null
  restarts = 0
  rollbacks = 0
  closed = false
  constructor() {
    FakePeer.last = this
  }
  addTransceiver(_: unknown, o: { direction: string; sendEncodings?: FakeEncoding[] }) {
    const t = new FakeTransceiver(o.direction, o.sendEncodings ?? [])
    this.lines.push(t)
    return t
  }
  async setLocalDescription(d?: { type: string }) {
    if (d?.type === 'rollback') {
      this.rollbacks++
      this.signalingState = 'stable'
      return
    }
    if (!this.lines.length) throw new Error('an offer of nothing')
    this.lines.forEach((t, i) => (t.mid ??= String(i)))
    this.localDescription = { sdp: `offer of ${this.lines.length}` }
    this.signalingState = 'have-local-offer'
  }
  async setRemoteDescription() {
    this.signalingState = 'stable'
  }
  restartIce() {
    this.restarts++
  }
  ice(state: string) {
    this.iceConnectionState = state
    this.oniceconnectionstatechange?.()
  }
  close() {
    this.closed = true
  }
}

const stream = (id: string, o: Partial<Stream> = {}): Stream => ({ id, kind: 'camera', name: id, sound: true, picture: true, live: true, ...o })
const track = (): MediaStreamTrack => ({ contentHint: '' }) as MediaStreamTrack
const settled = () => vi.advanceTimersByTimeAsync(0)

let peer: RoomPeer
let offers: { sdp: string; sends: Send[]; receives: Receive[] }[]
let qualities: unknown[]
let tracks: Map<string, Tracks>
let flows: (boolean | null)[]
let refuse = false

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('RTCPeerConnection', FakePeer)
  vi.stubGlobal('RTCRtpReceiver', {})
  ;[offers, qualities, tracks, flows, refuse] = [[], [], new Map(), [], false]
  const link = {
    offer: async (sdp: string, sends: Send[], receives: Receive[]) => {
      offers.push({ sdp, sends, receives })
      if (refuse) throw new Error('not_now')
      return 'answer'
    },
    quality: async (receives: unknown) => void qualities.push(receives),
  }
  peer = new RoomPeer(link, [], { tracks: (of) => (tracks = of), flows: (yes) => flows.push(yes) })
})
afterEach(() => {
  peer.close()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

describe('a participant’s connection', () => {
  it('offers nothing before there is something to send or to receive', async () => {
    peer.receive([])
    await settled()
    expect(offers).toEqual([])
    peer.send('microphone', track())
    await settled()
    expect(offers).toHaveLength(1)
  })

  it('says what each m-line is', async () => {
    peer.send('microphone', track())
    peer.send('camera', track())
    peer.receive([stream('a'), stream('b', { picture: false })])
    await settled()
    const { sends, receives } = offers.at(-1)!
    expect(sends).toEqual([{ kind: 'microphone', mid: '0' }, { kind: 'camera', mid: '1' }])
    expect(receives).toEqual([
      { mid: '2', stream: 'a', quality: 'high' }, { mid: '3', stream: 'a', quality: 'low' }, { mid: '4', stream: 'b', quality: 'high' }, { mid: '5', stream: '', quality: 'low' },
    ])
    expect([tracks.get('a')!.picture === null, tracks.get('b')!.picture === null]).toEqual([false, true])
  })

  it('uses the m-lines of whoever has gone for whoever comes', async () => {
    peer.receive([stream('a'), stream('b')])
    await settled()
    peer.receive([stream('b'), stream('c')])
    await settled()
    expect(offers.at(-1)!.receives.map((r) => [r.mid, r.stream])).toEqual([['0', 'c'], ['1', 'c'], ['2', 'b'], ['3', 'b']])
  })

  it('offers again only what has changed', async () => {
    peer.receive([stream('a')])
    await settled()
    peer.receive([stream('a', { width: 1280 })])
    await settled()
    expect(offers).toHaveLength(1)
  })

  it('turns a camera off and on over the same m-line', async () => {
    peer.send('camera', track())
    await settled()
    peer.send('camera', null)
    await settled()
    expect(offers.at(-1)!.sends).toEqual([])
    peer.send('camera', track())
    await settled()
    expect(offers.at(-1)!.sends).toEqual([{ kind: 'camera', mid: '0' }])
    const before = offers.length
    peer.send('camera', track()) // another device
    await settled()
    expect(offers).toHaveLength(before)
  })

  it('tells once how large pictures are shown, of those that have changed', async () => {
    peer.receive([stream('a'), stream('b')])
    await settled()
    peer.show(new Map([['a', 'high'], ['b', 'low']]))
    peer.show(new Map([['a', 'high'], ['b', 'none']]))
    await vi.advanceTimersByTimeAsync(500)
    expect(qualities).toEqual([[{ mid: '1', quality: 'high' }, { mid: '3', quality: 'none' }]])
  })

  it('turns layers off and on as it was told last', async () => {
    peer.send('camera', track())
    await settled()
    const on = () => FakePeer.last.lines[0]!.set.filter((e) => e.active).map((e) => e.rid)
    peer.layers({ 0: [] })
    await settled()
    expect(on()).toEqual([])
    peer.layers({ 0: null })
    peer.layers({ 0: ['h'] })
    peer.layers({ 0: ['f', 'h'] })
    await settled()
    expect(on()).toEqual(['h', 'f'])
  })

  it('takes back an offer that was refused, and makes it again', async () => {
    refuse = true
    peer.receive([stream('a')])
    await settled()
    expect([FakePeer.last.rollbacks, FakePeer.last.signalingState]).toEqual([1, 'stable'])
    refuse = false
    await vi.advanceTimersByTimeAsync(1000)
    expect(offers).toHaveLength(2)
    expect(tracks.has('a')).toBe(true)
  })

  it('looks for another path when the one it had is gone', async () => {
    peer.receive([stream('a')])
    await settled()
    FakePeer.last.ice('connected')
    FakePeer.last.ice('disconnected')
    await vi.advanceTimersByTimeAsync(999)
    expect(FakePeer.last.restarts).toBe(0)
    await vi.advanceTimersByTimeAsync(1)
    expect([FakePeer.last.restarts, offers.length]).toEqual([1, 2])
    FakePeer.last.ice('connected')
    await vi.advanceTimersByTimeAsync(20_000)
    expect([FakePeer.last.restarts, ...flows]).toEqual([1, true, false, true])
  })
})
