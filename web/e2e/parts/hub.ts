import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, type Program, start } from './program'

/** Hub is an avhub on ports and in a folder of its own, that can be killed and started again. */
export class Hub {
  private program: Program | null = null

  private constructor(
    readonly url: string,
    /** Where encoders publish, without a path. */
    readonly rtsp: string,
    private readonly folder: string,
    private readonly args: string[],
    private readonly env: Record<string, string>,
  ) {}

  /** make starts a hub; demo brings the four demo cameras, config a file. */
  static async make(o: { demo?: boolean; config?: string } = {}): Promise<Hub> {
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
    await hub.start()
    return hub
  }

  async start() {
    this.program = await start(this.args, /avhub is running/, this.env)
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
    const init: RequestInit = { method }
    if (body !== undefined) {
      init.body = JSON.stringify(body)
      init.headers = { 'Content-Type': 'application/json' }
    }
    return fetch(`${this.url}/api/v1${path}`, init)
  }

  /** add registers a source and fails if the hub does not take it. */
  async add(source: Record<string, unknown>) {
    const answer = await this.api('POST', '/sources', source)
    if (answer.status !== 201) throw new Error(`add source: ${answer.status} ${await answer.text()}`)
  }
}
