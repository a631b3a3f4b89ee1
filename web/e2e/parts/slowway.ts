// A way that takes time between two machines of the tests: a relay on one of them, for what
// the cable between them cannot do by itself.
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import type { Machine } from './networks'
import { led } from './path'

/** SlowWay stands in front of a machine's UDP port. */
export class SlowWay {
  private constructor(
    private readonly child: ChildProcessByStdio<Writable, Readable, null>,
    private readonly to: number,
    readonly port: number,
  ) {}

  /** on makes one in front of a port; each packet takes so many ms in each direction. */
  static async on(machine: Machine, to: number, ms: number): Promise<SlowWay> {
    const script = new URL('slow_way.py', import.meta.url).pathname
    const [first, ...rest] = [...machine.within, '/usr/bin/python3', script, machine.address, String(to), String(ms)]
    const child = spawn(first!, rest, { stdio: ['pipe', 'pipe', 'inherit'] })
    const [port] = (await once(child.stdout, 'data')) as [Buffer]
    return new SlowWay(child, to, Number(port.toString()))
  }

  /** rewrite leads the candidates of an answer by this way, and by no other. */
  rewrite(answer: string): string {
    return led(answer, this.to, this.port)
  }

  async end() {
    const gone = once(this.child, 'exit')
    this.child.stdin.end()
    await gone
  }
}
