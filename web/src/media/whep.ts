// A viewer's session with the hub by WHEP (draft-ietf-wish-whep): one offer, one
// answer, media until either side ends it. Trying again is the player's work.
import { request } from '@/api/client'
import { iceServers } from './ice'

export type Quality = 'auto' | 'main' | 'sub'

/** Wish is what to watch. */
export interface Wish {
  source: string
  quality: Quality
  sound: boolean
}

// A connection that is not up by then will not come.
const connectLimit = 5000
// A network that is away this long has ended the session; shorter holes heal.
const awayLimit = 2000
// Why a session ended, where that matters.
const byHub = 'ended by the hub'

/** WhepSession is an answered offer. */
export class WhepSession {
  readonly stream = new MediaStream()
  private ended: ((why: string) => void) | null = null
  private over: string | null = null
  private timer: ReturnType<typeof setTimeout> | undefined

  // A page that is left ends its sessions at once, not when the hub misses it.
  private readonly leaving = () => this.close()

  private constructor(
    private readonly pc: RTCPeerConnection,
    private readonly resource: string,
    /** The stream that the hub chose. */
    readonly served: Quality,
  ) {}

  /** open asks the hub for the wish; it throws the hub's Refusal, or Unreachable. */
  static async open(wish: Wish, signal: AbortSignal): Promise<WhepSession> {
    const pc = new RTCPeerConnection({ bundlePolicy: 'max-bundle' })
    let resource = ''
    try {
      pc.addTransceiver('video', { direction: 'recvonly' })
      if (wish.sound) pc.addTransceiver('audio', { direction: 'recvonly' })
      // The hub names its relay in the answer, with credentials for just this session.
      // Looking for ways begins with the local description: so that comes after it.
      const offer = await pc.createOffer()
      const answer = await request(`/whep/${encodeURIComponent(wish.source)}?stream=${wish.quality}&delay=0`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/sdp' },
        body: offer.sdp ?? '',
        signal,
      })
      resource = answer.headers.get('Location') ?? ''
      const session = new WhepSession(pc, resource, (answer.headers.get('Avhub-Stream') ?? 'main') as Quality)
      session.watch()
      const servers = iceServers(answer.headers.get('Link'))
      if (servers.length > 0) pc.setConfiguration({ ...pc.getConfiguration(), iceServers: servers })
      await pc.setLocalDescription(offer)
      await pc.setRemoteDescription({ type: 'answer', sdp: await answer.text() })
      signal.throwIfAborted()
      for (const t of pc.getTransceivers()) {
        if (t.currentDirection === 'recvonly') session.stream.addTrack(t.receiver.track)
      }
      return session
    } catch (e) {
      pc.close()
      if (resource) void leave(resource)
      throw e
    }
  }

  get hasSound(): boolean {
    return this.stream.getAudioTracks().length > 0
  }

  get hasPicture(): boolean {
    return this.stream.getVideoTracks().length > 0
  }

  /** onEnd calls back once, when the session has ended by itself. */
  onEnd(ended: (why: string) => void) {
    this.ended = ended
    if (this.over !== null) ended(this.over)
  }

  stats(): Promise<RTCStatsReport> {
    return this.pc.getStats()
  }

  /** close ends the session and tells the hub. */
  close() {
    clearTimeout(this.timer)
    this.ended = null
    removeEventListener('pagehide', this.leaving)
    if (this.over !== null) return
    this.over = 'closed'
    // The hub hears it here first: after the connection's own goodbye the
    // session would be unknown.
    void leave(this.resource).then(() => this.pc.close())
  }

  private watch() {
    addEventListener('pagehide', this.leaving)
    this.timer = setTimeout(() => this.end('no connection'), connectLimit)
    this.pc.onconnectionstatechange = () => {
      switch (this.pc.connectionState) {
        case 'connected':
          clearTimeout(this.timer)
          // The hub says goodbye on this transport when it ends the session.
          this.pc.getReceivers()[0]?.transport?.addEventListener('statechange', (e) => {
            const { state } = e.target as RTCDtlsTransport
            if (state === 'closed' || state === 'failed') this.end(byHub)
          })
          break
        case 'disconnected':
          clearTimeout(this.timer)
          this.timer = setTimeout(() => this.end('network'), awayLimit)
          break
        case 'failed':
        case 'closed':
          this.end(this.pc.connectionState)
      }
    }
  }

  private end(why: string) {
    if (this.over !== null) return
    clearTimeout(this.timer)
    removeEventListener('pagehide', this.leaving)
    this.over = why
    if (why !== byHub) void leave(this.resource)
    this.pc.close()
    this.ended?.(why)
  }
}

// leave tells the hub that a session is over. It does not matter if the hub
// does not hear it: it notices by itself.
async function leave(resource: string) {
  await request(resource, { method: 'DELETE', keepalive: true }).catch(() => {})
}
