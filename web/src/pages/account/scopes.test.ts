import { describe, expect, it } from 'vitest'
import { type Draft, examples, grantable, inputOf, powerOf, reachable, scopeOf } from './scopes'

it.each([
  ['watch', { action: 'watch', object: '' }],
  ['publish:court-1', { action: 'publish', object: 'court-1' }],
  ['enter_hearing:2026:7', { action: 'enter_hearing', object: '2026:7' }],
])('reads and writes %s', (scope, power) => {
  expect(powerOf(scope)).toEqual(power)
  expect(scopeOf(power)).toBe(scope)
})

it('offers what is the user’s, but not the account itself', () => {
  expect(grantable({ watch: true, publish: false, snapshot: true, own_account: true })).toEqual(['snapshot', 'watch'])
})

it('offers the courts where the user has a role, and those under them', () => {
  const courts = [
    { id: 'province', name: '省' }, { id: 'heihe', name: '黑河', parent: 'province' },
    { id: 'aihui', name: '爱辉', parent: 'heihe' }, { id: 'jiamusi', name: '佳木斯', parent: 'province' },
  ]
  const ids = (...at: string[]) => reachable(courts, at.map((court) => ({ role: 'judge', court }))).map((c) => c.id)
  expect(ids('heihe')).toEqual(['heihe', 'aihui'])
  expect(ids('aihui', 'jiamusi')).toEqual(['aihui', 'jiamusi'])
  expect(ids()).toEqual([])
  expect(reachable([{ id: 'a', name: 'A', parent: 'b' }, { id: 'b', name: 'B', parent: 'a' }], [])).toEqual([])
})

describe('a draft', () => {
  const draft: Draft = { name: ' 编码器 ', powers: [{ action: 'publish', object: ' court-1 ' }], court: '', days: 30 }

  it('becomes what the hub is sent', () => {
    expect(inputOf(draft)).toEqual({ name: '编码器', scopes: ['publish:court-1'], days: 30 })
    expect(inputOf({ ...draft, court: 'heihe' })).toMatchObject({ court: 'heihe' })
  })

  it('says each thing once, and leaves out lines that say nothing', () => {
    const powers = [...draft.powers, ...draft.powers, { action: '', object: 'x' }]
    expect(inputOf({ ...draft, powers })?.scopes).toEqual(['publish:court-1'])
  })

  it.each<[string, Partial<Draft>]>([
    ['a name', { name: '  ' }],
    ['something that it may', { powers: [{ action: '', object: '' }] }],
    ['days', { days: 0 }],
    ['at most a year', { days: 367 }],
    ['whole days', { days: 1.5 }],
  ])('needs %s', (_, change) => expect(inputOf({ ...draft, ...change })).toBeNull())
})

describe('examples', () => {
  const at = { origin: 'http://127.0.0.1:8080', host: '127.0.0.1', rtsp: { scheme: 'rtsp' as 'rtsp' | 'rtsps', port: 8554 } }

  it('show a player’s address where pictures are concerned', () => {
    expect(examples('王 工', 'avhub_x', ['see_status', 'publish:yard'], at).map((e) => e.text)).toEqual([
      'rtsp://%E7%8E%8B%20%E5%B7%A5:avhub_x@127.0.0.1:8554/yard',
      "curl -H 'Authorization: Bearer avhub_x' http://127.0.0.1:8080/api/v1/me",
    ])
    expect(examples('a', 't', ['watch'], at)[0]!.text).toBe('rtsp://a:t@127.0.0.1:8554/court-1')
    expect(examples('a', 't', ['watch'], { ...at, rtsp: { scheme: 'rtsps', port: 1 } })[0]!.text).toBe('rtsps://a:t@127.0.0.1:1/court-1')
  })

  it('are of the API alone otherwise', () => {
    expect(examples('a', 't', ['read_audit'], at).map((e) => e.kind)).toEqual(['http'])
  })
})
