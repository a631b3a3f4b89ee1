import { describe, expect, it } from 'vitest'
import type { User } from '@/api/types'
import { grantsOf, newPassword, stateOf, within } from './users'

const user = (name: string, u: Partial<User> = {}): User => ({
  id: name, name, full_name: name.toUpperCase(), grants: [{ role: 'judge', court: 'aihui' }], disabled: false, has_password: true, must_change: false, second_factor: false, oidc: false, sessions: 0, ...u,
})

it('says what matters most', () => {
  expect(stateOf(user('a'))).toBe('active')
  expect(stateOf(user('a', { must_change: true }))).toBe('new')
  expect(stateOf(user('a', { must_change: true, slowed: 'x' }))).toBe('slowed')
  expect(stateOf(user('a', { disabled: true, slowed: 'x' }))).toBe('disabled')
})

describe('the filter', () => {
  const users = [user('li'), user('wang', { grants: [{ role: 'clerk', court: 'heihe' }, { role: 'judge', court: 'beian' }] }), user('nobody', { grants: [] })]
  const names = (f: { text?: string; role?: string; court?: string }) => within(users, { text: '', role: '', court: '', ...f }, (c) => c === f.court).map((u) => u.name)

  it('finds by name, role and court', () => {
    expect(names({})).toEqual(['li', 'nobody', 'wang'])
    expect(names({ text: 'WAN' })).toEqual(['wang'])
    expect(names({ role: 'judge' })).toEqual(['li', 'wang'])
    expect(names({ court: 'heihe' })).toEqual(['wang'])
  })

  it('wants role and court of one and the same grant', () => {
    expect(names({ role: 'judge', court: 'heihe' })).toEqual([])
    expect(names({ role: 'judge', court: 'beian' })).toEqual(['wang'])
  })
})

it('makes passwords that can be read out and are not twice the same', () => {
  const many = new Set(Array.from({ length: 200 }, newPassword))
  expect(many.size).toBe(200)
  for (const p of many) expect(p).toMatch(/^[a-hjkmnp-z2-9]{5}(-[a-hjkmnp-z2-9]{5}){3}$/)
})

it('sends each role once, and no empty ones', () => {
  expect(grantsOf([{ role: 'judge', court: 'heihe', sites: [] }, { role: 'judge', court: 'heihe' }, { role: '', court: 'heihe' }, { role: 'clerk', court: 'heihe', sites: ['court-1'] }])).toEqual([
    { role: 'judge', court: 'heihe' }, { role: 'clerk', court: 'heihe', sites: ['court-1'] },
  ])
})
