// A participant's one WebRTC connection with a room: sends microphone, camera and screen,
// receives streams in slots that are used again. It lives as long as its link is
// connected: a new link has a new peer.
import { OfferQueue } from './offers'
import type { RoomLink } from './room'
import type { Quality, Receive, Send, SendKind, Stream } from './roomwire'
import { allot, type Slot } from './slots'

/** Tracks are what has come of a stream. */
export interface Tracks {
  sound: MediaStreamTrack | null
  picture: MediaStreamTrack | null
}

export interface PeerReports {
  /** What is received now, by stream. */
  tracks(of: Map<string, Tracks>): void
  /** Whether media flow: null before they have for the first time. */
  flows(yes: boolean | null): void
}

// A path that has not come back by itself after this time is looked for anew.
const restartAfter = 1000
const restartEvery = 4000
const qualityAfter = 150

/** layers of a camera: the small one first, for it is the one that must get through. */
const cameraLayers: RTCRtpEncodingParameters[] = [
  { rid: 'h', scaleResolutionDownBy: 2, maxBitrate: 300_000 },
  { rid: 'f', maxBitrate: 1_800_000 },
]
const encodings: Record<SendKind, RTCRtpEncodingParameters[]> = {
  microphone: [{ maxBitrate: 40_000 }], camera: cameraLayers, screen: [{ maxBitrate: 2_500_000 }], screen_sound: [{ maxBitrate: 96_000 }],
}
const hints: Record<SendKind, string> = { microphone: 'speech', camera: 'motion', screen: 'detail', screen_sound: 'music' }

export class RoomPeer {
  private readonly pc: RTCPeerConnection
  private readonly queue: OfferQueue
  private readonly sending = new Map<SendKind, RTCRtpTransceiver>()
  private readonly slots: Slot<RTCRtpTransceiver>[] = []
  private wanted: Stream[] = []
  private qualities = new Map<string, Quality>()
  private told = new Map<string, Quality>()
  private asked = ''
  private readonly active = new Map<string, string[]>()
  private activating = Promise.resolve()
  private flowed = false
  private timer: ReturnType<typeof setTimeout> | undefined
  private qualityTimer: ReturnType<typeof setTimeout> | undefined

  constructor(
    private readonly link: Pick<RoomLink, 'offer' | 'quality'>,
    iceServers: RTCIceServer[],
    private readonly reports: PeerReports,
  ) {
    this.pc = new RTCPeerConnection({ bundlePolicy: 'max-bundle', iceServers })
    this.queue = new OfferQueue(() => this.negotiate())
    this.pc.oniceconnectionstatechange = () => this.moved()
  }

  /** send sends a track as a kind; null stops that kind. A track of the same kind takes the other's place at once. */
  send(kind: SendKind, track: MediaStreamTrack | null) {
    if (track) track.contentHint = hints[kind]
    const t = this.sending.get(kind)
    if (!t) {
      if (!track) return
      const made = this.pc.addTransceiver(track, { direction: 'sendonly', sendEncodings: encodings[kind] })
      if (kind === 'microphone') preferRED(made)
      this.sending.set(kind, made)
      this.queue.want()
      return
    }
    void t.sender.replaceTrack(track).catch(() => {}) // a closed connection sends nothing anyway
    const direction = track ? 'sendonly' : 'inactive'
    if (t.direction === direction) return
    t.direction = direction
    this.queue.want()
  }

  /** receive asks for streams, all that are wanted now. */
  receive(streams: Stream[]) {
    this.wanted = streams
    const asked = JSON.stringify(streams.map((s) => [s.id, s.sound, s.picture]))
    if (asked === this.asked) return
    this.asked = asked
    allot(this.slots, streams.map((s) => s.id), () => ({ sound: this.receiver('audio'), picture: this.receiver('video') }))
    this.queue.want()
  }

  /** show says how large each stream's picture is shown; the others are not. */
  show(qualities: Map<string, Quality>) {
    this.qualities = qualities
    clearTimeout(this.qualityTimer)
    this.qualityTimer = setTimeout(() => void this.tellQualities(), qualityAfter)
  }

  /** layers turns off the layers that nobody receives: by m-line, those that somebody does. */
  layers(of: Record<string, string[] | null>) {
    for (const [mid, active] of Object.entries(of)) this.active.set(mid, active ?? [])
    // One after the other: a browser refuses parameters that were read before others were set.
    this.activating = this.activating.then(() => this.activate())
  }

  private async activate() {
    for (const t of this.sending.values()) {
      const active = t.mid === null ? undefined : this.active.get(t.mid)
      if (!active) continue
      const p = t.sender.getParameters()
      const on = (e: RTCRtpEncodingParameters) => (e.rid ? active.includes(e.rid) : active.length > 0)
      if (p.encodings.every((e) => (e.active ?? true) === on(e))) continue
      for (const e of p.encodings) e.active = on(e)
      await t.sender.setParameters(p).catch(() => {}) // an offer was under way: it is done again when it has been answered
    }
  }

  /** restart looks for a new path, for the network has changed. */
  restart() {
    this.pc.restartIce()
    this.queue.want()
  }

  stats(): Promise<RTCStatsReport> {
    return this.pc.getStats()
  }

  close() {
    clearTimeout(this.timer)
    clearTimeout(this.qualityTimer)
    this.queue.stop()
    this.pc.oniceconnectionstatechange = null
    this.pc.close()
  }

  private receiver(kind: 'audio' | 'video'): RTCRtpTransceiver {
    const t = this.pc.addTransceiver(kind, { direction: 'recvonly' })
    // What the hub does not send need not be offered: forty people make a long offer.
    const codecs = RTCRtpReceiver.getCapabilities?.(kind)?.codecs.filter(takenCodec)
    if (codecs?.length) t.setCodecPreferences?.(codecs)
    return t
  }

  private async negotiate() {
    const { pc } = this
    if (!this.sending.size && !this.slots.length) return // an offer of nothing is none
    await pc.setLocalDescription()
    const receives = this.receives()
    try {
      const sdp = await this.link.offer(pc.localDescription?.sdp ?? '', this.sends(), receives)
      await pc.setRemoteDescription({ type: 'answer', sdp })
    } catch (e) {
      if (pc.signalingState === 'have-local-offer') await pc.setLocalDescription({ type: 'rollback' })
      throw e
    }
    this.told = new Map(receives.map((r) => [r.mid, r.quality]))
    this.reports.tracks(this.tracks())
    void this.tellQualities()
    this.layers({})
  }

  private sends(): Send[] {
    return [...this.sending].filter(([, t]) => t.mid !== null && t.direction === 'sendonly').map(([kind, t]) => ({ kind, mid: t.mid! }))
  }

  private receives(): Receive[] {
    const of = new Map(this.wanted.map((s) => [s.id, s]))
    return this.slots.flatMap(({ stream, sound, picture }) => {
      const s = of.get(stream)
      const lines: [RTCRtpTransceiver, boolean, Quality][] = [[sound, s?.sound ?? false, 'high'], [picture, s?.picture ?? false, this.qualities.get(stream) ?? 'low']]
      return lines.filter(([t]) => t.mid !== null).map(([t, there, quality]) => ({ mid: t.mid!, stream: there ? stream : '', quality }))
    })
  }

  private tracks(): Map<string, Tracks> {
    const of = new Map(this.wanted.map((s) => [s.id, s]))
    return new Map(
      this.slots.filter((s) => of.has(s.stream)).map(({ stream, sound, picture }) => {
        const s = of.get(stream)!
        return [stream, { sound: s.sound ? sound.receiver.track : null, picture: s.picture ? picture.receiver.track : null }]
      }),
    )
  }

  /** tellQualities tells what is shown otherwise than the hub has been told. */
  private async tellQualities() {
    const changed = this.receives().filter((r) => r.stream && this.told.has(r.mid) && this.told.get(r.mid) !== r.quality)
    if (!changed.length) return
    for (const r of changed) this.told.set(r.mid, r.quality)
    await this.link.quality(changed.map(({ mid, quality }) => ({ mid, quality }))).catch(() => {}) // the next offer says it again
  }

  private moved() {
    clearTimeout(this.timer)
    switch (this.pc.iceConnectionState) {
      case 'connected':
      case 'completed':
        this.flowed = true
        this.reports.flows(true)
        break
      case 'disconnected':
        this.reports.flows(false)
        this.retry(restartAfter)
        break
      case 'failed':
        this.reports.flows(this.flowed ? false : null)
        this.retry(0)
    }
  }

  private retry(wait: number) {
    this.timer = setTimeout(() => {
      this.restart()
      this.retry(restartEvery)
    }, wait)
  }
}

/** preferRED has sound sent twice (RFC 2198) where the browser can: a lost packet is then not missed. */
function preferRED(t: RTCRtpTransceiver) {
  const codecs = RTCRtpReceiver.getCapabilities?.('audio')?.codecs.filter(takenCodec) ?? []
  const red = codecs.filter((c) => c.mimeType.toLowerCase() === 'audio/red')
  if (red.length) t.setCodecPreferences?.([...red, ...codecs.filter((c) => !red.includes(c))])
}

/** takenCodec tells whether the hub sends a codec, or what repairs it. */
export function takenCodec(c: { mimeType: string; sdpFmtpLine?: string }): boolean {
  const [, name] = c.mimeType.toLowerCase().split('/')
  return name === 'opus' || name === 'red' || name === 'vp8' || name === 'rtx' || (name === 'h264' && /packetization-mode=1/.test(c.sdpFmtpLine ?? ''))
}
