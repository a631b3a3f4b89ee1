import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { existsSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Machine } from './networks'
import { binary, freePort, type Program, start } from './program'

/** boss is the user that the tests work as. */
export const boss = { name: 'boss', password: 'lantern orbit 77 quarry' }

/** Hub is an avhub on ports and in a folder of its own, that can be killed and started again. */
export class Hub {
  private program: Program | null = null
  /** Of the boss, for the API and for players. */
  token = ''

  /** media is the UDP port of pictures and sound. */
  get media(): number {
    return Number(this.env['AVHUB_WEBRTC_LISTEN']!.split(':').at(-1))
  }

  private constructor(
    readonly url: string,
    /** Where encoders publish, without a path. */
    readonly rtsp: string,
    private readonly folder: string,
    private readonly args: string[],
    private readonly env: Record<string, string>,
    private readonly within: string[] = [],
  ) {}

  /**
   * on starts a hub on another machine, where it speaks TLS by an authority of
   * its own and is open to others.
   */
  static async on(machine: Machine, o: { config?: string; env?: Record<string, string> } = {}): Promise<Hub> {
    const folder = await mkdtemp(join(tmpdir(), 'avhub-e2e-'))
    const args = ['serve']
    if (o.config) {
      await writeFile(join(folder, 'avhub.yaml'), o.config)
      args.push('-c', join(folder, 'avhub.yaml'))
    }
    const hub = new Hub(`https://${machine.address}:8080`, `rtsps://${machine.address}:8554`, folder, args, {
      AVHUB_HTTP_TLS: 'self-signed', AVHUB_DATA_DIR: join(folder, 'data'), ...o.env,
    }, machine.within)
    hub.makeBoss()
    await hub.start()
    return hub
  }

  /** make starts a hub; demo brings the demo court, config a file; without people it has no accounts. */
  static async make(o: { demo?: boolean; config?: string; people?: boolean } = {}): Promise<Hub> {
    const folder = await mkdtemp(join(tmpdir(), 'avhub-e2e-'))
    const [http, rtsp, rtc, cameras] = [await freePort(), await freePort(), await freePort(), await freePort()]
    const args = ['serve']
    if (o.demo) args.push('--demo', '--demo-cameras', `127.0.0.1:${cameras}`)
    if (o.config) {
      const file = join(folder, 'avhub.yaml')
      await writeFile(file, o.config)
      args.push('-c', file)
    }
    const hub = new Hub(`http://127.0.0.1:${http}`, `rtsp://127.0.0.1:${rtsp}`, folder, args, {
      AVHUB_HTTP_LISTEN: `127.0.0.1:${http}`,
      AVHUB_RTSP_LISTEN: `127.0.0.1:${rtsp}`,
      AVHUB_WEBRTC_LISTEN: `127.0.0.1:${rtc}`,
      AVHUB_DATA_DIR: join(folder, 'data'),
    })
    if (o.people !== false) hub.makeBoss()
    await hub.start()
    return hub
  }

  /** makeBoss adds a user who watches and manages everything, before the hub runs. */
  private makeBoss() {
    for (const role of ['inspector', 'technician', 'admin', 'auditor']) {
      this.run(['user', 'add', boss.name, '--role', role, '--court', 'heihe'], boss.password)
    }
    this.token = this.run(['token', 'create', '--user', boss.name]).trim()
  }

  /** run runs a command of avhub on the hub's data, which ends with one of the codes. */
  run(args: string[], stdin = '', codes = [0]): string {
    const [program, ...rest] = [...this.within, binary, ...args]
    const done = spawnSync(program!, rest, { input: stdin, env: { ...process.env, ...this.env }, encoding: 'utf8' })
    if (!codes.includes(done.status ?? -1)) throw new Error(`avhub ${args.join(' ')} ended with ${done.status}: ${done.stderr}${done.stdout}`)
    return done.stdout
  }

  /** film is the folder of a recording that began today. */
  film(source: string, id: string): string {
    const parent = join(this.folder, 'data', 'recordings', source)
    const day = readdirSync(parent).find((d) => existsSync(join(parent, d, id)))
    return join(parent, day!, id)
  }

  /** rtspURL is the address of a path for players and encoders, with a token. */
  rtspURL(path: string): string {
    return `${this.rtsp.replace('rtsp://', `rtsp://${boss.name}:${this.token}@`)}/${path}`
  }

  async start() {
    this.program = await start(this.args, /avhub is running/, this.env, this.within)
  }

  async kill() {
    await this.program!.stop('SIGKILL')
  }

  async end() {
    await this.program?.stop()
    await rm(this.folder, { recursive: true, force: true })
  }

  log(): string {
    return this.program!.output()
  }

  async api(method: string, path: string, body?: unknown): Promise<Response> {
    const headers: Record<string, string> = { Authorization: `Bearer ${this.token}` }
    const init: RequestInit = { method, headers }
    if (body !== undefined) {
      init.body = JSON.stringify(body)
      headers['Content-Type'] = 'application/json'
    }
    return fetch(`${this.url}/api/v1${path}`, init)
  }

  /** add registers a source and fails if the hub does not take it. */
  async add(source: Record<string, unknown>) {
    const answer = await this.api('POST', '/sources', source)
    if (answer.status !== 201) throw new Error(`add source: ${answer.status} ${await answer.text()}`)
  }
}
