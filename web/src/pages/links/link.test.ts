import { expect, it } from 'vitest'
import type { Link } from '@/api/types'
import { addressOf, good, linkOf, stateOf } from './link'

const now = new Date('2021-03-05T01:00:00Z')
const link = (l: Partial<Link> = {}): Link => ({
  id: 'l', participant: 'p', code: false, play_back: false, token: 'AQ-x', devices: [], not_before: '2021-03-05T00:00:00Z', not_after: '2021-03-05T09:00:00Z', ...l,
})
const device = { since: '', seen: '', address: '', agent: '' }

it.each([
  ['none', null],
  ['ready', link()],
  ['early', link({ not_before: '2021-03-05T02:00:00Z' })],
  ['bound', link({ used: '2021-03-05T00:30:00Z' })],
  ['here', link({ used: '2021-03-05T00:30:00Z', devices: [device] })],
  ['over', link({ not_after: '2021-03-05T01:00:00Z', used: '2021-03-05T00:30:00Z' })],
  ['revoked', link({ revoked: '2021-03-05T00:30:00Z', devices: [device] })],
] as const)('is %s', (state, l) => {
  expect(stateOf(l, now)).toBe(state)
  expect(good(stateOf(l, now))).toBe(!['none', 'over', 'revoked'].includes(state))
})

it('is the good one of several', () => {
  const [old, fresh, other] = [link({ id: 'old', revoked: 'x' }), link({ id: 'fresh' }), link({ id: 'other', participant: 'q' })]
  expect(linkOf([other, old, fresh], 'p')).toBe(fresh)
  expect(linkOf([other, old], 'p')).toBe(old)
  expect(linkOf([other], 'p')).toBeNull()
})

it('keeps its secret behind the #', () => {
  expect(addressOf('https://hub.example', link())).toBe('https://hub.example/join#AQ-x')
})
