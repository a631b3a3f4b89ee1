import { expect, it } from 'vitest'
import type { Hearing, KindFacts } from '@/api/types'
import { byField, emptyForm, formOf, planOf } from './plan'

const now = new Date('2021-01-01T00:00:00Z')
const kind = (k: Partial<KindFacts>): KindFacts => ({ kind: 'trial', chinese: '', english: '', gallery: true, leads: [], needs_case: true, parts: [], recording: 'required', without: [], ...k })

it('makes a plan of what was typed, in the court’s time', () => {
  const f = { ...emptyForm('2021-03-05', now), court: 'heihe', clock: '14:30', site: 'court-1', panel: [{ part: 'judge', name: '王', user: 'u1' }, { part: 'clerk', name: '' }] }
  expect(planOf(f, kind({}), { case: 'c1', title: '买卖合同纠纷' })).toEqual({
    court: 'heihe', kind: 'trial', title: '买卖合同纠纷', start: '2021-03-05T06:30:00Z', minutes: 90, public: true, recorded: true, site: 'court-1', case: 'c1',
    panel: [{ part: 'judge', name: '王', user: 'u1' }],
  })
})

it('keeps to what the kind allows', () => {
  const f = { ...emptyForm('2021-03-05', now), public: true, recorded: true }
  expect(planOf(f, kind({ gallery: false, recording: 'by_consent' }), { title: 'x' })).toMatchObject({ public: false, recorded: false })
  expect(planOf(f, kind({ gallery: false, recording: 'optional' }), { title: 'x' })).toMatchObject({ recorded: true })
  expect(planOf({ ...f, recorded: false }, kind({}), { title: 'x' })).toMatchObject({ recorded: true })
})

it('begins at nine, and today at the next half hour', () => {
  const at = (clock: string) => new Date(`2021-03-05T${clock}:00+08:00`)
  expect(emptyForm('2021-03-05', at('07:10')).clock).toBe('09:00')
  expect(emptyForm('2021-03-05', at('13:31')).clock).toBe('14:00')
  expect(emptyForm('2021-03-06', at('13:31')).clock).toBe('09:00')
  expect(emptyForm('2021-03-05', at('23:31')).clock).toBe('09:00')
})

it('has no plan without a time', () => {
  expect(planOf({ ...emptyForm('', now), clock: '09:00' }, kind({}), { title: 'x' })).toBeNull()
  expect(planOf(emptyForm('2021-03-05', now), undefined, { title: 'x' })).toBeNull()
})

it('comes back from a hearing', () => {
  const h = { court: 'heihe', kind: 'trial', title: 't', start: '2021-03-05T06:30:00Z', minutes: 60, public: false, recorded: true, site: 'court-1', panel: [{ part: 'judge', name: '王', user: 'u1' }] } as unknown as Hearing
  expect(planOf(formOf(h), kind({}), { title: '' })).toEqual({ ...h })
})

it('gathers the hub’s objections by field', () => {
  expect(byField({ 'panel[0].user': 'a', panel: 'b', 'plan.start': 'c', site: 'd' })).toEqual({ panel: 'a b', start: 'c', site: 'd' })
})
