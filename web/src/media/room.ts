// A page's link with the room of a hearing (docs/room-protocol.md): one WebSocket that
// comes back by itself, with promises for what is asked over it.
import { Refusal, request, Unreachable } from '@/api/client'
import type { Command } from '@/api/types'
import { Backoff } from './backoff'
import type { Ending, FromHub, News, Receive, Reply, RoomCommand, Send } from './roomwire'

/** Standing is how the link stands. */
export type Standing =
  | { at: 'connecting' } // for the first time
  | { at: 'open' }
  | { at: 'away' } // was open; is trying again
  | { at: 'elsewhere' } // the same person is in already: another tab, another device
  | { at: 'refused'; refusal: Refusal } // and will be again
  | { at: 'ended'; why: Ending | 'left' }

export interface Followers {
  news(n: News): void
  standing(s: Standing): void
}

// Waits between tries: a room goes on within 5 s of the hub's return.
const firstWait = 500
const longestWait = 3000
const openLimit = 4000
const answerLimit = 10_000
// The hub says something every 10 s; a link that is silent for this long is dead.
const silenceLimit = 25_000
// A probe of a link that may have died with the network.
const probeLimit = 2000
// Who was in the room a moment ago takes their own place again, unasked.
const ownPlace = 60_000

interface Waiting {
  resolve(r: Reply): void
  reject(e: Error): void
  timer: ReturnType<typeof setTimeout>
}

export class RoomLink {
  private socket: WebSocket | null = null
  private readonly backoff = new Backoff(firstWait, longestWait)
  private readonly waiting = new Map<number, Waiting>()
  private pulse: ReturnType<typeof setInterval> | undefined
  private timer: ReturnType<typeof setTimeout> | undefined
  private ref = 0
  private heard = 0
  private takes = false
  private over = false

  /** in since: when the page was last in the room, in ms since 1970; 0: it never was. */
  constructor(
    private readonly hearing: string,
    private readonly to: Followers,
    private inSince = 0,
  ) {}

  private get path(): string {
    return `/api/v1/rooms/${encodeURIComponent(this.hearing)}/socket`
  }

  /** open connects; takeOver takes the place of the same person elsewhere. */
  open(takeOver = false) {
    clearTimeout(this.timer)
    clearInterval(this.pulse)
    this.pulse = setInterval(() => {
      if (this.heard && this.socket && Date.now() - this.heard > silenceLimit) this.lost(this.socket)
    }, 5000)
    this.drop()
    this.takes = takeOver
    this.over = false
    if (!this.inSince) this.to.standing({ at: 'connecting' })
    this.connect()
  }

  /** close leaves the room. */
  close() {
    this.end('left')
    clearInterval(this.pulse)
  }

  async command(command: RoomCommand): Promise<void> {
    await this.ask({ type: 'command', command })
  }

  /** order gives a command to the hearing itself. */
  async order(order: Command): Promise<void> {
    await this.ask({ type: 'order', order })
  }

  /** offer sends an offer of media, and returns the answer. */
  async offer(sdp: string, sends: Send[], receives: Receive[]): Promise<string> {
    const reply = await this.ask({ type: 'offer', sdp, sends, receives })
    return reply.type === 'answer' ? reply.sdp : ''
  }

  async quality(receives: Omit<Receive, 'stream'>[]): Promise<void> {
    await this.ask({ type: 'quality', receives })
  }

  /** probe finds out at once whether the link has died: the network has changed. */
  probe() {
    const socket = this.socket
    if (!socket || socket.readyState !== WebSocket.OPEN) {
      if (!this.over && !socket) this.again(0)
      return
    }
    void this.ask({ type: 'quality', receives: [] }, probeLimit).catch((e: unknown) => {
      if (e instanceof Unreachable && this.socket === socket) this.lost(socket)
    })
  }

  private connect() {
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws'
    const socket = new WebSocket(`${scheme}://${location.host}${this.path}${this.takes ? '?take=over' : ''}`)
    this.socket = socket
    const limit = setTimeout(() => this.failed(socket), openLimit)
    socket.onmessage = (m: MessageEvent<string>) => {
      clearTimeout(limit)
      this.take(socket, JSON.parse(m.data) as FromHub)
    }
    socket.onclose = () => {
      clearTimeout(limit)
      if (this.heard && socket === this.socket) this.lost(socket)
      else this.failed(socket)
    }
    this.heard = 0
  }

  private take(socket: WebSocket, m: FromHub) {
    if (socket !== this.socket) return
    this.heard = Date.now()
    if (m.type !== 'bye') this.inSince = this.heard
    switch (m.type) {
      case 'keepalive':
        this.send({ type: 'here' })
        return
      case 'done':
      case 'answer':
      case 'refused':
        this.reply(m)
        return
      case 'bye':
        this.bye(socket, m.reason, m.detail ?? '')
        return
      case 'welcome':
        this.takes = false
        this.backoff.reset()
        this.to.standing({ at: 'open' })
    }
    this.to.news(m)
  }

  private reply(m: Reply) {
    const one = m.ref === undefined ? undefined : this.waiting.get(m.ref)
    if (!one) return
    this.forget(m.ref!, one)
    if (m.type === 'refused') one.reject(new Refusal({ status: 409, title: m.code, detail: m.detail, code: m.code }))
    else one.resolve(m)
  }

  private forget(ref: number, one: Waiting) {
    clearTimeout(one.timer)
    this.waiting.delete(ref)
  }

  private ask(message: object, limit = answerLimit): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const ref = ++this.ref
      if (!this.send({ ref, ...message })) {
        reject(new Unreachable('the room is not connected'))
        return
      }
      const timer = setTimeout(() => {
        this.waiting.delete(ref)
        reject(new Unreachable('the hub has not answered'))
      }, limit)
      this.waiting.set(ref, { resolve, reject, timer })
    })
  }

  private send(message: object): boolean {
    if (this.socket?.readyState !== WebSocket.OPEN) return false
    this.socket.send(JSON.stringify(message))
    return true
  }

  private bye(socket: WebSocket, why: string, detail: string) {
    switch (why) {
      case 'closed':
      case 'removed':
      case 'taken_over':
      case 'logged_out':
        this.end(why)
        break
      case 'elsewhere':
        this.elsewhere()
        break
      case 'restart':
      case 'too_fast':
      case 'slow':
      case 'failed':
        this.lost(socket)
        break
      default: // what the room's rules refuse, by its name
        this.refused(new Refusal({ status: 409, title: why, detail, code: why }))
    }
  }

  /** elsewhere: the same person is in. Who was in by this page a moment ago takes their own place. */
  private elsewhere() {
    this.drop()
    if (Date.now() - this.inSince < ownPlace && !this.takes) {
      this.takes = true
      this.again(0)
      return
    }
    this.over = true
    this.to.standing({ at: 'elsewhere' })
  }

  private refused(refusal: Refusal) {
    this.over = true
    this.drop()
    this.to.standing({ at: 'refused', refusal })
  }

  private end(why: Ending | 'left') {
    if (this.over) return
    this.over = true
    clearTimeout(this.timer)
    this.drop()
    this.to.standing({ at: 'ended', why })
  }

  /** drop lets go of the socket: a dead one would take its time to say that it is closed. */
  private drop() {
    const socket = this.socket
    this.socket = null
    for (const [ref, one] of this.waiting) {
      this.forget(ref, one)
      one.reject(new Unreachable('the connection has gone'))
    }
    if (!socket) return
    socket.onmessage = socket.onclose = null
    socket.close()
  }

  /** lost: it was there, and has gone. */
  private lost(socket: WebSocket) {
    if (this.over || socket !== this.socket) return
    this.drop()
    this.to.standing({ at: this.inSince ? 'away' : 'connecting' })
    this.again(this.backoff.next())
  }

  private again(wait: number) {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.connect(), wait)
  }

  /** failed: a try has come to nothing. A browser does not say why: the hub is asked. */
  private failed(socket: WebSocket) {
    if (this.over || socket !== this.socket) return
    this.drop()
    if (this.inSince) this.to.standing({ at: 'away' })
    void this.reason().then((refusal) => {
      if (this.over || this.socket) return
      if (refusal) this.refused(refusal)
      else this.again(this.backoff.next())
    })
  }

  /** reason is why the hub refuses; null: it does not, or cannot be asked. */
  private async reason(): Promise<Refusal | null> {
    try {
      await request(this.path, { signal: AbortSignal.timeout(openLimit) })
    } catch (e) {
      if (e instanceof Refusal && [401, 403, 404].includes(e.problem.status)) return e
    }
    return null
  }
}
