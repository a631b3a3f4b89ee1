import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { api, Refusal, Unreachable } from './client'
import { type Event, follow } from './events'

afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

describe('the API', () => {
  const answer = (status: number, body: unknown, headers: Record<string, string>) =>
    vi.stubGlobal('fetch', () => Promise.resolve(new Response(body === null ? null : JSON.stringify(body), { status, headers })))

  it('says a refusal with its fields and when to ask again', async () => {
    answer(422, { status: 422, title: 'x', detail: 'wrong', errors: [{ location: 'body.url', message: 'no host' }] }, {
      'Content-Type': 'application/problem+json', 'Retry-After': '2',
    })
    const e = await api.addSource({ id: 'x' }).catch((e: unknown) => e as Refusal)
    expect(e).toBeInstanceOf(Refusal)
    expect(e).toMatchObject({ fields: { url: 'no host' }, retryAfter: 2000, message: 'wrong' })
  })

  it('makes a refusal of an answer that is no problem document', async () => {
    answer(502, 'oops', { 'Content-Type': 'text/html' })
    await expect(api.hub()).rejects.toMatchObject({ problem: { status: 502 } })
  })

  it('tells a hub that does not answer', async () => {
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('failed')))
    await expect(api.sources()).rejects.toBeInstanceOf(Unreachable)
  })

  it('reads an empty list as empty', async () => {
    answer(200, { items: null }, { 'Content-Type': 'application/json' })
    expect(await api.sources()).toEqual([])
  })
})

/** Socket is a WebSocket that a test moves by hand. */
class Socket {
  static all: Socket[] = []
  onopen = () => {}
  onclose = () => {}
  onmessage: (m: { data: string }) => void = () => {}
  closed = false
  constructor(readonly url: string) {
    Socket.all.push(this)
  }
  close() {
    this.closed = true
    this.onclose()
  }
}

describe('the events', () => {
  let seen: Event[]
  let connected: boolean[]
  let stop: () => void

  beforeEach(() => {
    vi.useFakeTimers()
    vi.stubGlobal('WebSocket', Socket)
    Socket.all = []
    seen = []
    connected = []
    stop = follow({ event: (e) => seen.push(e), connected: (yes) => connected.push(yes) })
  })
  afterEach(() => stop())

  it('go on after the last one that was seen', () => {
    const [first] = Socket.all
    expect(first!.url).not.toContain('after')
    first!.onopen()
    first!.onmessage({ data: JSON.stringify({ id: 7, type: 'source.changed', object: 'a', data: {} }) })
    first!.onclose()
    vi.advanceTimersByTime(250)
    expect(Socket.all[1]!.url).toContain('?after=7')
    expect(seen.map((e) => e.id)).toEqual([7])
    expect(connected).toEqual([true, false])
  })

  it('are tried again within a second, however long the hub is away', () => {
    for (let i = 0; i < 20; i++) {
      Socket.all.at(-1)!.onclose()
      vi.advanceTimersByTime(1000)
      expect(Socket.all).toHaveLength(i + 2)
    }
  })

  it('give up a try that gets no answer', () => {
    vi.advanceTimersByTime(4000)
    expect(Socket.all[0]!.closed).toBe(true)
  })

  it('end when nobody follows', () => {
    stop()
    vi.advanceTimersByTime(60_000)
    expect(Socket.all).toHaveLength(1)
  })
})
