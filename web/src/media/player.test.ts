import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Refusal, Unreachable } from '@/api/client'
import { Player, type Playing } from './player'
import type { Screen } from './screen'
import { WhepSession, type Wish } from './whep'

vi.mock('./whep', () => ({ WhepSession: { open: vi.fn() } }))

/** Session is a hub's answer that a test moves by hand. */
class Session {
  stream = {}
  closed = false
  frames = 0
  ended: (why: string) => void = () => {}
  constructor(
    readonly wish: Wish,
    readonly served = wish.quality === 'auto' ? 'main' : wish.quality,
    readonly hasSound = wish.sound,
    readonly hasPicture = true,
  ) {}
  onEnd(ended: (why: string) => void) {
    this.ended = ended
  }
  close() {
    this.closed = true
  }
  stats() {
    return Promise.resolve([['v', { id: 'v', type: 'inbound-rtp', kind: 'video', framesDecoded: this.frames }]])
  }
}

let sessions: Session[]
let states: Playing[]
let shown: unknown[]
let refusals: (Refusal | Unreachable)[]
let flows: boolean
let player: Player

const refusal = (status: number, retryAfter: number | null = null, code = '') =>
  new Refusal({ status, title: '', detail: '', code }, retryAfter)
const state = () => states.at(-1)!
const wait = (ms: number) => vi.advanceTimersByTimeAsync(ms)
const sub: Wish = { source: 'court-1', quality: 'sub', sound: false }

beforeEach(() => {
  vi.useFakeTimers()
  sessions = []
  states = []
  shown = []
  refusals = []
  flows = true
  vi.mocked(WhepSession.open).mockImplementation((wish) => {
    const no = refusals.shift()
    if (no) return Promise.reject(no)
    const s = new Session(wish)
    sessions.push(s)
    return Promise.resolve(s as unknown as WhepSession)
  })
  const screen = {
    show: (stream: unknown) => Promise.resolve(void shown.push(stream)),
    sound: () => Promise.resolve(true),
    clear: () => void shown.push(null),
  }
  player = new Player(screen as unknown as Screen, (p) => states.push(p), () => flows)
})

afterEach(() => {
  player.close()
  vi.useRealTimers()
})

describe('a player', () => {
  it('plays what it is to', async () => {
    player.want(sub)
    expect(state().phase).toBe('connecting')
    await wait(0)
    expect(state()).toMatchObject({ phase: 'playing', served: 'sub', refusal: null })
  })

  it('shows the better stream before it lets the other go', async () => {
    player.want(sub)
    await wait(0)
    player.want({ ...sub, quality: 'auto' })
    expect(state().phase).toBe('playing')
    expect(sessions[0]!.closed).toBe(false)
    await wait(0)
    expect(state()).toMatchObject({ phase: 'playing', served: 'main' })
    expect(sessions.map((s) => s.closed)).toEqual([true, false])
  })

  it('stays with what it shows when the better stream cannot be had', async () => {
    flows = false // its picture stands still here, and that is not the matter
    player.want(sub)
    await wait(0)
    refusals.push(refusal(406))
    player.want({ ...sub, quality: 'auto' })
    await wait(60_000)
    expect(state()).toMatchObject({ phase: 'playing', served: 'sub' })
    expect(sessions).toHaveLength(1)
  })

  it('does not connect anew to switch sound off', async () => {
    player.want({ ...sub, sound: true })
    await wait(0)
    player.want(sub)
    await wait(0)
    expect(sessions).toHaveLength(1)
  })

  it('connects anew at once when the hub ends the session', async () => {
    player.want(sub)
    await wait(0)
    sessions[0]!.ended('ended by the hub')
    await wait(0)
    expect(sessions).toHaveLength(2)
    expect(state().phase).toBe('playing')
  })

  it('asks again when the hub says so, but no later than in 3 s', async () => {
    refusals.push(refusal(409, 30_000, 'refused'))
    player.want(sub)
    await wait(0)
    expect(state()).toMatchObject({ phase: 'waiting' })
    expect(state().refusal!.problem.code).toBe('refused')
    await wait(2999)
    expect(sessions).toHaveLength(0)
    await wait(1)
    expect(state()).toMatchObject({ phase: 'playing', refusal: null })
  })

  it('tries a hub that is away again and again, and soon', async () => {
    refusals.push(...Array.from({ length: 6 }, () => new Unreachable()))
    player.want(sub)
    await wait(250 + 500 + 1000 * 4)
    expect(state().phase).toBe('playing')
  })

  it('asks seldom what only another camera setting can change, and at once when something has changed', async () => {
    refusals.push(refusal(406))
    player.want(sub)
    await wait(29_000)
    expect(sessions).toHaveLength(0)
    player.again()
    await wait(0)
    expect(state().phase).toBe('playing')
  })

  it('renews a session whose picture stands still while the camera sends', async () => {
    player.want(sub)
    await wait(0)
    sessions[0]!.frames = 25
    await wait(5000)
    expect(sessions.length).toBeGreaterThan(1)
  })

  it('keeps a session whose camera is away: the hub goes on with it', async () => {
    flows = false
    player.want(sub)
    await wait(0)
    sessions[0]!.frames = 25
    await wait(10_000)
    expect(sessions).toHaveLength(1)
    expect(state().stalled).toBe(true)
  })

  it('leaves nothing behind', async () => {
    player.want(sub)
    await wait(0)
    player.want(null)
    expect(sessions[0]!.closed).toBe(true)
    expect(shown.at(-1)).toBeNull()
    expect(state().phase).toBe('idle')
    player.again()
    await wait(60_000)
    expect(sessions).toHaveLength(1)
  })
})
