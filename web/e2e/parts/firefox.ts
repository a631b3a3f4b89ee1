// Firefox on another machine of the tests (see networks.ts), led by its own remote
// protocol (Marionette): JSON with its length in front, over TCP. It connects by the
// address of its way out only, so within one machine, by 127.0.0.1, it would not.
import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import type { Machine } from './networks'

const program = '/usr/bin/firefox-esr'

/** port is where it listens, on a machine that it has for itself. */
const port = 2828

/** joined connects a program's input and output with it. */
const joined = `const s = require('net').connect(${port}, '127.0.0.1'); s.on('error', () => process.exit(1)); process.stdin.pipe(s).pipe(process.stdout)`

/** prefs let it play by itself, and not ask or look for anything. */
const prefs: Record<string, boolean | number> = {
  'media.autoplay.default': 0,
  'media.peerconnection.ice.obfuscate_host_addresses': false,
  'browser.shell.checkDefaultBrowser': false,
  'browser.aboutwelcome.enabled': false,
  'datareporting.policy.dataSubmissionEnabled': false,
}

type Line = ChildProcessByStdio<Writable, Readable, null>
type Waiting = { done: (value: unknown) => void; failed: (why: Error) => void }

/** Firefox is one that runs, with one page. */
export class Firefox {
  private received = Buffer.alloc(0)
  private readonly waiting = new Map<number, Waiting>()
  private count = 0

  private constructor(
    private readonly child: ChildProcess,
    private readonly line: Line,
    private readonly profile: string,
  ) {
    line.stdout.on('data', (data: Buffer) => this.take(data))
  }

  static async start(on: Machine): Promise<Firefox> {
    const profile = await mkdtemp(join(tmpdir(), 'avhub-firefox-'))
    const lines = Object.entries({ ...prefs, 'marionette.port': port }).map(([k, v]) => `user_pref(${JSON.stringify(k)}, ${JSON.stringify(v)});`)
    await writeFile(join(profile, 'user.js'), lines.join('\n'))
    const [first, ...rest] = [...on.within, program, '--headless', '--marionette', '--no-remote', '--profile', profile]
    const child = spawn(first!, rest, { stdio: 'ignore', env: { ...process.env, HOME: profile } })
    const firefox = new Firefox(child, await reach(on, child), profile)
    await firefox.send('WebDriver:NewSession', { acceptInsecureCerts: true })
    await firefox.send('WebDriver:SetTimeouts', { script: 60_000 })
    return firefox
  }

  async open(url: string) {
    await this.send('WebDriver:Navigate', { url })
  }

  /** run calls a function in the page, and waits for what it promises. */
  async run<A extends unknown[], R>(call: (...args: A) => R | Promise<R>, ...args: A): Promise<R> {
    const script = `const done = arguments[arguments.length - 1]
      Promise.resolve((${call.toString()})(...[...arguments].slice(0, -1))).then((value) => done({ value }), (e) => done({ failed: String(e) }))`
    const { value } = (await this.send('WebDriver:ExecuteAsyncScript', { script, args, sandbox: null })) as { value: { value: R; failed?: string } }
    if (value.failed !== undefined) throw new Error(`in Firefox: ${value.failed}`)
    return value.value
  }

  async end() {
    const gone = once(this.child, 'exit')
    this.line.stdin.end()
    this.child.kill()
    await gone
    await rm(this.profile, { recursive: true, force: true, maxRetries: 5 })
  }

  private send(name: string, params: unknown): Promise<unknown> {
    const id = ++this.count
    const text = JSON.stringify([0, id, name, params])
    return new Promise((done, failed) => {
      this.waiting.set(id, { done, failed })
      this.line.stdin.write(`${Buffer.byteLength(text)}:${text}`)
    })
  }

  private take(data: Buffer) {
    this.received = Buffer.concat([this.received, data])
    for (;;) {
      const colon = this.received.indexOf(':')
      const end = colon + 1 + Number(this.received.subarray(0, Math.max(colon, 0)))
      if (colon < 0 || this.received.length < end) return
      const message: unknown = JSON.parse(this.received.subarray(colon + 1, end).toString())
      this.received = this.received.subarray(end)
      if (!Array.isArray(message)) continue // its greeting
      const [, id, error, value] = message as [number, number, { error: string; message: string } | null, unknown]
      const w = this.waiting.get(id)
      this.waiting.delete(id)
      if (error) w?.failed(new Error(`Firefox: ${error.error}: ${error.message}`))
      else w?.done(value)
    }
  }
}

/** reach connects as soon as it listens, and says something. */
async function reach(on: Machine, child: ChildProcess): Promise<Line> {
  const until = Date.now() + 60_000
  while (Date.now() < until && child.exitCode === null) {
    const [first, ...rest] = [...on.within, process.execPath, '-e', joined]
    const line = spawn(first!, rest, { stdio: ['pipe', 'pipe', 'ignore'] })
    const spoke = await Promise.race([once(line.stdout, 'readable').then(() => line.stdout.readableLength > 0), once(line, 'exit').then(() => false)])
    if (spoke) return line
    line.kill()
    await new Promise((r) => setTimeout(r, 200))
  }
  throw new Error(`Firefox does not listen (exit code ${child.exitCode})`)
}
