import { expect, it } from 'vitest'
import { buttonsOf, commandOf, complete, type Draft } from './commands'

const offer = (kind: string, o: { why?: boolean; on_order?: boolean } = {}) => ({ kind, why: false, on_order: false, ...o })
const draft = (d: Partial<Draft> = {}): Draft => ({ why: '', orderedBy: '', keepRecording: false, day: '', clock: '', minutes: 60, site: '', ...d })

it('puts the usual next step first and cancelling last', () => {
  const buttons = buttonsOf([offer('change'), offer('change_panel'), offer('cancel', { why: true }), offer('postpone', { why: true }), offer('prepare')])
  expect(buttons.map((b) => b.kind)).toEqual(['prepare', 'change', 'postpone', 'cancel'])
  expect(buttons[0]).toMatchObject({ first: true, atOnce: true })
  expect(buttons[3]).toMatchObject({ first: false, atOnce: false })
})

it('opens at one click, but not in another’s name', () => {
  expect(buttonsOf([offer('open')])[0]!.atOnce).toBe(true)
  expect(buttonsOf([offer('open', { on_order: true })])[0]!.atOnce).toBe(false)
  expect(buttonsOf([offer('close')])[0]!.atOnce).toBe(false)
})

it('offers the panel alone where the plan cannot be changed any more', () => {
  expect(buttonsOf([offer('change_panel', { why: true }), offer('resume')]).map((b) => b.kind)).toEqual(['resume', 'change_panel'])
})

it('sends what belongs to the command and nothing else', () => {
  const all = draft({ why: ' 证人未到 ', orderedBy: 'u1', keepRecording: true, minutes: 30, site: 'court-1' })
  expect(commandOf(offer('adjourn', { why: true, on_order: true }), all, null, 4)).toEqual({ kind: 'adjourn', version: 4, why: '证人未到', ordered_by: 'u1' })
  expect(commandOf(offer('closed_session'), all, null, 4)).toMatchObject({ keep_recording: true })
  expect(commandOf(offer('postpone'), all, '2021-03-05T01:00:00Z', 4)).toEqual({ kind: 'postpone', version: 4, why: '证人未到', start: '2021-03-05T01:00:00Z', minutes: 30, site: 'court-1' })
})

it('knows what is missing', () => {
  expect(complete(offer('adjourn', { why: true }), draft({ why: '  ' }), null)).toBe(false)
  expect(complete(offer('open', { on_order: true }), draft(), null)).toBe(false)
  expect(complete(offer('postpone'), draft(), null)).toBe(false)
  expect(complete(offer('postpone'), draft({ minutes: 0 }), '2021-03-05T01:00:00Z')).toBe(false)
  expect(complete(offer('postpone'), draft(), '2021-03-05T01:00:00Z')).toBe(true)
})
