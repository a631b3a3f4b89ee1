import { expect, it } from 'vitest'
import type { Recording, RecordingGap } from '@/api/recordings'
import { faultsOf, open } from './faults'
import { lengthOf } from './words'

const gap = (o: Partial<RecordingGap>) =>
  ({ number: 1, start: 10, end: 18, utc: '2026-03-02T01:00:10Z', cause: 'source_offline', lawful: false, explanation: '', explained_by: '', countersigned_by: '', ...o }) as RecordingGap
const film = (id: string, gaps: RecordingGap[]) => ({ id, name: id, source: id, gap_list: gaps, may: { explain: true, sign: false } }) as unknown as Recording

it('makes one of what several cameras lack at one time', () => {
  const faults = faultsOf([
    film('a', [gap({}), gap({ number: 2, cause: 'adjournment', lawful: true }), gap({ number: 3, utc: '2026-03-02T02:00:00Z', start: 1, end: 2 })]),
    film('b', [gap({ utc: '2026-03-02T01:00:11Z', end: 19 })]),
  ])
  expect(faults.map((f) => [f.cameras, f.gaps.map((g) => g.gap.number), f.length])).toEqual([[['a', 'b'], [1, 1], 9], [['a'], [3], 1]])
})

it('does not join what was explained in other words, or signed for one camera alone', () => {
  const explained = { explanation: '停电', explained_by: '李静' }
  expect(faultsOf([film('a', [gap(explained)]), film('b', [gap({})])])).toHaveLength(2)
  const [one, ...rest] = faultsOf([film('a', [gap({ ...explained, countersigned_by: '王建国' })]), film('b', [gap(explained)])])
  expect(rest).toEqual([])
  expect(one!.signed).toBe('')
  expect(open([one!])).toHaveLength(1)
  expect(open(faultsOf([film('a', [gap({ ...explained, countersigned_by: '王建国' })])]))).toEqual([])
})

it('writes lengths', () => {
  expect([lengthOf(0.04), lengthOf(3.04), lengthOf(59.9), lengthOf(61), lengthOf(3723.4)]).toEqual(['0.04 s', '3.0 s', '59.9 s', '0:01:01', '1:02:03'])
})
