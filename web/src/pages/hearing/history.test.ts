import { expect, it } from 'vitest'
import type { HearingEvent, Plan } from '@/api/types'
import { entriesOf } from './history'

const plan: Plan = { court: 'heihe', kind: 'trial', title: '买卖合同纠纷', start: '2021-03-05T01:00:00Z', minutes: 60, public: true, recorded: true, panel: [{ name: '王', part: 'judge', user: 'u1' }] }
const event = (version: number, command: string, p?: Plan): HearingEvent =>
  ({ hearing: 'h', version, command, at: '', by: { user: 'u', name: '李' }, to: 'scheduled', recording: false, ...(p ? { plan: p } : {}) }) as HearingEvent

it('is told backwards, each change with what it changed', () => {
  const entries = entriesOf([
    event(1, 'schedule', plan),
    event(2, 'prepare'),
    event(3, 'postpone', { ...plan, start: '2021-03-06T01:00:00Z', site: 'court-1' }),
    event(4, 'change_panel', { ...plan, start: '2021-03-06T01:00:00Z', site: 'court-1', panel: [{ name: '赵', part: 'clerk', user: 'u2' }, ...plan.panel!] }),
  ])
  expect(entries.map((e) => e.version)).toEqual([4, 3, 2, 1])
  expect(entries[0]!.differences).toEqual([{ field: 'panel', from: '王', to: '王、赵' }])
  expect(entries[1]!.differences).toEqual([
    { field: 'start', from: '2021-03-05T01:00:00Z', to: '2021-03-06T01:00:00Z' }, { field: 'site', from: '', to: 'court-1' },
  ])
  expect(entries[2]!.differences).toEqual([])
  expect(entries[3]!.differences).toEqual([]) // there was nothing before
})
