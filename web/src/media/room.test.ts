import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Refusal, Unreachable } from '@/api/client'
import { RoomLink, type Standing } from './room'
import type { News } from './roomwire'

/** FakeSocket is a WebSocket whose other end is the test. */
class FakeSocket {
  static readonly OPEN = 1
  static all: FakeSocket[] = []
  static get last(): FakeSocket {
    return FakeSocket.all.at(-1)!
  }
  readyState = 0
  sent: Record<string, unknown>[] = []
  onmessage: ((m: { data: string }) => void) | null = null
  onclose: (() => void) | null = null
  constructor(readonly url: string) {
    FakeSocket.all.push(this)
  }
  send(text: string) {
    this.sent.push(JSON.parse(text) as Record<string, unknown>)
  }
  close() {
    this.readyState = 3
  }
  says(m: object) {
    this.readyState = 1
    this.onmessage?.({ data: JSON.stringify(m) })
  }
  dies() {
    this.readyState = 3
    this.onclose?.()
  }
}

let stands: Standing[] = []
let news: News[] = []
let link: RoomLink
const welcome = { type: 'welcome', you: 'p1' }
const at = () => stands.at(-1)?.at
const made = () => FakeSocket.all.length

beforeEach(() => {
  vi.useFakeTimers({ now: 1_700_000_000_000 })
  vi.stubGlobal('WebSocket', FakeSocket)
  FakeSocket.all = []
  stands = []
  news = []
  link = new RoomLink('h1', { news: (n) => news.push(n), standing: (s) => stands.push(s) })
})
afterEach(() => {
  link.close()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

/** answers makes the hub answer a plain request for the socket. */
const answers = (status: number, code = '') =>
  vi.stubGlobal('fetch', vi.fn(async () => new Response(JSON.stringify({ status, code, detail: code, title: code }), { status, headers: { 'Content-Type': 'application/problem+json' } })))

describe('the link', () => {
  it('gives each answer to whoever asked', async () => {
    link.open()
    expect(FakeSocket.last.url).toMatch(/\/api\/v1\/rooms\/h1\/socket$/)
    FakeSocket.last.says(welcome)
    expect([at(), news[0]?.type]).toEqual(['open', 'welcome'])
    const hand = link.command({ kind: 'raise_hand' })
    const unmute = link.command({ kind: 'unmute' })
    const offer = link.offer('v=0', [], [])
    const [a, b, c] = FakeSocket.last.sent as { ref: number }[]
    FakeSocket.last.says({ type: 'answer', ref: c!.ref, sdp: 'answer' })
    FakeSocket.last.says({ type: 'refused', ref: b!.ref, code: 'muted', detail: 'the court has muted you' })
    FakeSocket.last.says({ type: 'done', ref: a!.ref })
    await expect(offer).resolves.toBe('answer')
    await expect(hand).resolves.toBeUndefined()
    const refusal = await unmute.catch((e: unknown) => e)
    expect(refusal).toBeInstanceOf(Refusal)
    expect((refusal as Refusal).problem.code).toBe('muted')
  })

  it('gives up a question that nobody answers, and all of them when it is lost', async () => {
    link.open()
    FakeSocket.last.says(welcome)
    const late = link.command({ kind: 'raise_hand' })
    const refused = expect(late).rejects.toBeInstanceOf(Unreachable)
    await vi.advanceTimersByTimeAsync(10_000)
    await refused
    const cut = link.command({ kind: 'raise_hand' })
    const gone = expect(cut).rejects.toBeInstanceOf(Unreachable)
    FakeSocket.last.dies()
    await gone
    await expect(link.command({ kind: 'raise_hand' })).rejects.toBeInstanceOf(Unreachable)
  })

  it('says that it is alive when it is asked', () => {
    link.open()
    FakeSocket.last.says(welcome)
    FakeSocket.last.says({ type: 'keepalive' })
    expect(FakeSocket.last.sent).toEqual([{ type: 'here' }])
  })

  it('comes back by itself, later each time, but within three seconds', async () => {
    answers(426, 'websocket')
    link.open()
    FakeSocket.last.says(welcome)
    FakeSocket.last.dies()
    expect(at()).toBe('away')
    const waits: number[] = []
    for (const wait of [500, 1000, 2000, 3000, 3000]) {
      const before = made()
      await vi.advanceTimersByTimeAsync(wait - 1)
      expect(made()).toBe(before)
      await vi.advanceTimersByTimeAsync(1)
      expect(made()).toBe(before + 1)
      waits.push(wait)
      FakeSocket.last.dies()
      await vi.advanceTimersByTimeAsync(0)
    }
    await vi.advanceTimersByTimeAsync(3000)
    FakeSocket.last.says(welcome)
    expect(at()).toBe('open')
  })

  it('notices that the hub is silent', async () => {
    link.open()
    FakeSocket.last.says(welcome)
    await vi.advanceTimersByTimeAsync(20_000)
    expect(at()).toBe('open')
    await vi.advanceTimersByTimeAsync(10_000)
    expect(at()).toBe('away')
    await vi.advanceTimersByTimeAsync(500)
    expect(made()).toBe(2)
  })

  it('is tried at once when the network has changed', async () => {
    link.open()
    FakeSocket.last.says(welcome)
    link.probe()
    await vi.advanceTimersByTimeAsync(2000)
    expect(at()).toBe('away')
  })

  it.each(['closed', 'removed', 'taken_over', 'logged_out'])('ends when it is told goodbye: %s', async (reason) => {
    link.open()
    FakeSocket.last.says(welcome)
    FakeSocket.last.says({ type: 'bye', reason })
    expect(stands.at(-1)).toEqual({ at: 'ended', why: reason })
    await vi.advanceTimersByTimeAsync(60_000)
    expect(made()).toBe(1)
  })

  it('goes on after a restart of the hub', async () => {
    link.open()
    FakeSocket.last.says(welcome)
    FakeSocket.last.says({ type: 'bye', reason: 'restart' })
    expect(at()).toBe('away')
    await vi.advanceTimersByTimeAsync(500)
    expect(made()).toBe(2)
  })

  it('asks before it takes the place of another window', async () => {
    link.open()
    FakeSocket.last.says({ type: 'bye', reason: 'elsewhere', detail: '' })
    expect(at()).toBe('elsewhere')
    await vi.advanceTimersByTimeAsync(10_000)
    expect(made()).toBe(1)
    link.open(true)
    expect(FakeSocket.last.url).toMatch(/\?take=over$/)
  })

  it('takes its own place again without asking', async () => {
    link.open()
    FakeSocket.last.says(welcome)
    FakeSocket.last.dies()
    await vi.advanceTimersByTimeAsync(500)
    FakeSocket.last.says({ type: 'bye', reason: 'elsewhere' })
    await vi.advanceTimersByTimeAsync(0)
    expect(FakeSocket.last.url).toMatch(/\?take=over$/)
    FakeSocket.last.says({ type: 'bye', reason: 'elsewhere' }) // somebody is faster, again and again
    expect(at()).toBe('elsewhere')
  })

  it.each([
    ['the rules', () => FakeSocket.last.says({ type: 'bye', reason: 'not_now', detail: 'the room is not open yet' }), 'not_now'],
    ['the policy', () => { answers(403, 'forbidden'); FakeSocket.last.dies() }, 'forbidden'],
  ])('says what %s have against it', async (_, refuse, code) => {
    link.open()
    refuse()
    await vi.advanceTimersByTimeAsync(0)
    await vi.advanceTimersByTimeAsync(0)
    const s = stands.at(-1)!
    expect(s.at === 'refused' && s.refusal.problem.code).toBe(code)
  })
})
