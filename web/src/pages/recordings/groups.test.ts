import { expect, it } from 'vitest'
import type { RecordingSummary } from '@/api/recordings'
import { groupsOf } from './groups'

const film = (r: Partial<RecordingSummary>) =>
  ({ id: 'a', set: '', source: 'court-1', begin: '2026-03-02T01:00:00Z', end: '2026-03-02T02:00:00Z', bytes: 10, gap_count: 1, gaps: 5, sealed: true, fault: '', may: { play: false }, ...r }) as RecordingSummary

it('makes one line of a set', () => {
  const groups = groupsOf([
    film({ id: 'x', set: 'h1', source: 'court-2', begin: '2026-03-02T01:00:01.5Z', end: '2026-03-02T02:30:00+00:00', gap_count: 3, gaps: 9, sealed: false, may: { play: true, export: false, mark: false, explain: false, sign: false, hold: false } }),
    film({ id: 'y' }),
    film({ id: 'z', set: 'h1', fault: 'damaged' }),
  ])
  expect(groups.map((g) => [g.id, g.films.map((f) => f.id)])).toEqual([['h1', ['z', 'x']], ['y', ['y']]])
  expect(groups[0]).toMatchObject({ begin: '2026-03-02T01:00:00Z', length: 5400, bytes: 20, gapCount: 3, gaps: 9, sealed: false, fault: 'damaged', plays: true })
  expect(groupsOf([])).toEqual([])
})
