// Starts bin/avhub and ends it: real processes, with real signals.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'

export const binary = new URL('../../../bin/avhub', import.meta.url).pathname

/** Program is a running program. */
export interface Program {
  /** Everything that it has written. */
  output(): string
  /** stop asks it to end, or ends it outright, and waits for that. */
  stop(signal?: NodeJS.Signals): Promise<void>
}

/** tool runs another program until it is stopped. */
export function tool(name: string, args: string[]): Program {
  const child = spawn(name, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  let text = ''
  child.stderr.on('data', (data: Buffer) => (text += data.toString()))
  return { output: () => text, stop: (signal = 'SIGTERM') => end(child, signal) }
}

/** start runs avhub, on another machine if within says so, and waits until it has written the given words. */
export async function start(args: string[], ready: RegExp, env: Record<string, string> = {}, within: string[] = []): Promise<Program> {
  const [program, ...rest] = [...within, binary, ...args]
  const child = spawn(program!, rest, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  let text = ''
  const isReady = new Promise<void>((resolve, reject) => {
    const take = (data: Buffer) => {
      text += data.toString()
      if (ready.test(text)) resolve()
    }
    child.stdout.on('data', take)
    child.stderr.on('data', take)
    child.once('exit', (code) => reject(new Error(`avhub ${args.join(' ')} ended with ${code}:\n${text}`)))
  })
  await isReady
  return { output: () => text, stop: (signal = 'SIGTERM') => end(child, signal) }
}

async function end(child: ChildProcess, signal: NodeJS.Signals) {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill(signal)
  await gone
}

/** freePort is a port that nothing listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}
