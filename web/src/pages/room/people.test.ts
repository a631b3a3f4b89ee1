import { expect, it } from 'vitest'
import { roomOf, seen } from './fixture'
import { actionsOf, groupsOf } from './people'

const offers = ['admit', 'admit_all', 'send_out', 'remove', 'check_identity', 'mute', 'ask_to_unmute', 'lower_hand', 'give_floor', 'spotlight']
const clerk = { own: 'clerk', offers, spotlight: '', identity: true, runs: (part: string) => part === 'judge' }

it('puts hands in the order in which they were raised', () => {
  const groups = groupsOf(roomOf([
    seen('a', 'plaintiff', { hand: '2026-03-05T01:20:00Z' }), seen('b', 'defendant', { hand: '2026-03-05T01:10:00Z' }), seen('w', 'witness', { place: 'waiting' }), seen('x', 'lawyer', { place: 'removed' }),
  ]))
  expect(groups.hands.map((p) => p.id)).toEqual(['b', 'a'])
  expect(groups.waiting.map((p) => p.id)).toEqual(['w'])
  expect(groups.gone.map((p) => p.id)).toEqual(['x'])
})

it.each([
  ['who waits', seen('a', 'plaintiff', { place: 'waiting' }), ['admit', 'check_identity', 'remove']],
  ['the public at the door, who come by themselves', seen('g', 'gallery', { place: 'waiting' }), ['remove']],
  ['who is in', seen('a', 'plaintiff'), ['mute', 'give_floor', 'check_identity', 'spotlight', 'send_out', 'remove']],
  ['who is muted, with a hand up', seen('a', 'plaintiff', { muted: 'court', hand: '2026-03-05T01:20:00Z', identity: { at: '', by: '' } }), ['ask_to_unmute', 'give_floor', 'lower_hand', 'spotlight', 'send_out', 'remove']],
  ['the judge', seen('j', 'judge'), ['give_floor', 'spotlight']],
  ['who was removed', seen('a', 'plaintiff', { place: 'removed' }), ['admit']],
  ['oneself', seen('clerk', 'clerk'), ['spotlight']],
])('offers what can be done with %s', (_, person, actions) => expect(actionsOf(person, clerk)).toEqual(actions))

it('offers a party nothing: what they may do to themselves is not for others', () => {
  const party = { ...clerk, own: 'b', offers: ['mute', 'unmute', 'raise_hand', 'lower_hand', 'end_turn', 'say'] }
  expect(actionsOf(seen('a', 'plaintiff', { hand: 'x' }), party)).toEqual([])
})
