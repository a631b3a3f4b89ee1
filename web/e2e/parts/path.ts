// A bad network between a viewer and the hub: a UDP relay that loses and delays
// what passes.
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'

/** led is an answer whose candidates name another UDP port in place of one, and nothing else. */
export function led(answer: string, from: number, to: number): string {
  return answer
    .split('\r\n')
    .filter((l) => !l.startsWith('a=candidate:') || (/ udp /i.test(l) && l.includes(` ${from} `)))
    .map((l) => (l.startsWith('a=candidate:') ? l.replace(` ${from} `, ` ${to} `) : l))
    .join('\r\n')
}

/** Path is the way to one UDP port, with loss and delay. */
export class Path {
  readonly port: number
  /** Of 100 packets in each direction so many are lost. */
  loss = 0
  /** Milliseconds that each packet takes, in each direction. */
  delay = 0
  /** Bits a second that pass towards the viewer, 0 for any number; 200 ms of them are queued, the rest is lost. */
  rate = 0
  passed = 0
  lost = 0
  private readonly ways = new Map<string, Socket>()
  private seed = 1
  /** When the narrow way has passed all that is queued. */
  private free = 0

  private constructor(
    private readonly near: Socket,
    private readonly to: number,
  ) {
    this.port = near.address().port
    near.on('message', (data, from) => this.pass(() => this.way(from.address, from.port).send(data, this.to, '127.0.0.1')))
  }

  static async to(port: number): Promise<Path> {
    const near = createSocket('udp4')
    near.bind(0, '127.0.0.1')
    await once(near, 'listening')
    near.setRecvBufferSize(4 << 20)
    return new Path(near, port)
  }

  /** rewrite leads the candidates of an answer by this path, and by no other. */
  rewrite(answer: string): string {
    return led(answer, this.to, this.port)
  }

  end() {
    this.near.close()
    for (const way of this.ways.values()) way.close()
  }

  /** way is what a viewer's packets go on by: the hub tells viewers apart by its port. */
  private way(address: string, port: number): Socket {
    const key = `${address}:${port}`
    let way = this.ways.get(key)
    if (!way) {
      way = createSocket('udp4')
      way.bind(0, '127.0.0.1', () => way!.setRecvBufferSize(4 << 20))
      way.on('message', (data) => this.squeeze(data.length, () => this.near.send(data, port, address)))
      this.ways.set(key, way)
    }
    return way
  }

  /** squeeze passes what the rate has room for. */
  private squeeze(bytes: number, send: () => void) {
    if (this.rate === 0) return this.pass(send)
    const queue = 200 // ms
    const now = performance.now()
    this.free = Math.max(this.free, now) + (bytes * 8000) / this.rate
    if (this.free - now > queue) {
      this.free -= (bytes * 8000) / this.rate
      this.lost++
      return
    }
    setTimeout(() => this.pass(send), this.free - now)
  }

  private pass(send: () => void) {
    if (this.random() * 100 < this.loss) {
      this.lost++
      return
    }
    this.passed++
    if (this.delay === 0) send()
    else setTimeout(() => { try { send() } catch { /* closed meanwhile */ } }, this.delay)
  }

  /** random is the same in every run (Park and Miller). */
  private random(): number {
    this.seed = (this.seed * 48271) % 2147483647
    return this.seed / 2147483647
  }
}
