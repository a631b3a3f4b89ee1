// A hearing of the demo court that is held and recorded, worked through the API as its people do.
import type { Account } from './browser'
import type { Hub } from './hub'

/** Person is somebody who is logged in at the API. */
export class Person {
  private constructor(
    private readonly hub: Hub,
    readonly headers: Record<string, string>,
  ) {}

  static async of(hub: Hub, who: Account): Promise<Person> {
    const answer = await fetch(`${hub.url}/api/v1/login`, { method: 'POST', body: JSON.stringify(who), headers: { 'Content-Type': 'application/json' } })
    if (answer.status !== 200) throw new Error(`log in as ${who.name}: ${answer.status}`)
    return new Person(hub, { Cookie: answer.headers.getSetCookie()[0]!.split(';')[0]!, 'Content-Type': 'application/json' })
  }

  async get<T>(path: string): Promise<T> {
    return this.ask('GET', path)
  }

  async ask<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await fetch(`${this.hub.url}/api/v1${path}`, { method, headers: this.headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`)
    return JSON.parse(text) as T
  }
}

/** Film is what the API's lists say of a recording. */
export interface Film {
  id: string
  source: string
  sealed: boolean
  length: number
  value: string
}

interface Sitting {
  id: string
  case: string
  number?: string
  title: string
  site?: string
  state: string
}

/** firstOf is the hearing of the day that everybody tries the hub with, with who takes part. */
export async function firstOf<T>(clerk: Person): Promise<T> {
  const day = await clerk.get<{ items: { id: string; case_number: string }[] }>('/hearings')
  return clerk.get(`/hearings/${day.items.find((h) => h.case_number.includes('民初23号'))!.id}`)
}

const demo = { password: 'avhub-demo' }

/**
 * hold holds the demo court's first hearing of the day: it is opened, recorded for some seconds, adjourned for a
 * moment, and closed; killed: the hub is killed in between, which leaves a fault. It returns once its recordings are sealed.
 */
export async function hold(hub: Hub, seconds: number, killed = false): Promise<{ judge: Person; clerk: Person; hearing: Sitting; films: Film[] }> {
  const judge = await Person.of(hub, { name: 'judge', ...demo })
  const clerk = await Person.of(hub, { name: 'clerk', ...demo })
  const day = await judge.get<{ items: Sitting[] }>('/hearings?days=2')
  const hearing = day.items.find((h) => h.state === 'scheduled' && h.site)!
  const command = (kind: string, why = '') => judge.ask('POST', `/hearings/${hearing.id}/commands`, { kind, ...(why ? { why } : {}) })
  const films = async () => (await judge.get<{ items: Film[] }>(`/recordings?hearing=${hearing.id}`)).items
  await command('prepare')
  await command('open')
  await until('the hearing is recorded', async () => (await films()).some((f) => f.length >= seconds))
  await command('adjourn', '休息')
  const before = Math.max(...(await films()).map((f) => f.length))
  await command('resume')
  await until('it goes on', async () => (await films()).some((f) => f.length >= before + 4))
  if (killed) {
    await hub.kill()
    await hub.start()
    const then = Math.max(...(await films()).map((f) => f.length))
    await until('it goes on after the kill', async () => (await films()).some((f) => f.length >= then + 4))
  }
  await command('close')
  await until('its recordings are sealed', async () => {
    const all = await films()
    return all.length > 0 && all.every((f) => f.sealed)
  })
  return { judge, clerk, hearing, films: await films() }
}

/** until waits for something, half a minute beyond what it takes. */
export async function until(what: string, done: () => Promise<boolean>) {
  const end = Date.now() + 90_000
  while (!(await done())) {
    if (Date.now() > end) throw new Error(`waited in vain until ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
}
