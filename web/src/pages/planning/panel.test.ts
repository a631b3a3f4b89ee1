import { expect, it } from 'vitest'
import type { Colleague, KindFacts } from '@/api/types'
import { eligible, emptyPanel, fitPanel, named } from './panel'

const trial = { kind: 'trial', parts: ['presiding_judge', 'judge', 'assessor', 'clerk', 'plaintiff'], leads: ['presiding_judge', 'judge'] } as KindFacts
const meeting = { kind: 'conference', parts: ['chair', 'clerk', 'attendee'], leads: ['chair'] } as KindFacts
const people: Colleague[] = [
  { user: 'u1', name: 'wang', full_name: '王', roles: ['judge'] },
  { user: 'u2', name: 'li', full_name: '李', roles: ['clerk'] },
  { user: 'u3', name: 'wu', full_name: '吴', roles: ['technician'] },
]
const ids = (list: Colleague[]) => list.map((c) => c.user)

it('offers judges for the bench and clerks for the desk, and nobody twice', () => {
  expect(ids(eligible('presiding_judge', trial, people, []))).toEqual(['u1'])
  expect(ids(eligible('presiding_judge', trial, people, ['u1']))).toEqual([])
  expect(ids(eligible('clerk', trial, people, []))).toEqual(['u2'])
  expect(ids(eligible('assessor', trial, people, []))).toEqual(['u1', 'u2', 'u3'])
  expect(ids(eligible('clerk', meeting, people, []))).toEqual(['u1', 'u2', 'u3'])
})

it('begins with who leads and the clerk', () => {
  expect(emptyPanel(trial).map((m) => m.part)).toEqual(['presiding_judge', 'clerk'])
  expect(emptyPanel(undefined)).toEqual([])
})

it('keeps whom another kind has a seat for', () => {
  const panel = [{ part: 'judge', name: '王', user: 'u1' }, { part: 'clerk', name: '李', user: 'u2' }, { part: 'assessor', name: '' }]
  expect(fitPanel(panel, trial)).toEqual(panel.slice(0, 2))
  expect(fitPanel(panel, meeting)).toEqual([{ part: 'chair', name: '', user: '' }, panel[1]])
})

it('sends those who are named; who sits alone presides over nobody', () => {
  const wang = { part: 'presiding_judge', name: ' 王 ', user: 'u1' }
  expect(named([wang, { part: 'clerk', name: '', user: '' }])).toEqual([{ part: 'judge', name: '王', user: 'u1' }])
  expect(named([wang, { part: 'assessor', name: '张', user: '' }])).toEqual([{ part: 'presiding_judge', name: '王', user: 'u1' }, { part: 'assessor', name: '张' }])
})
