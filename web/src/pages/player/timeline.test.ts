import { describe, expect, it } from 'vitest'
import type { Recording, RecordingFile, RecordingGap } from '@/api/recordings'
import { clockOf, flagsOf, follow, gapAt, lanesOf, offsetsOf, ticksOf, wallAt, zoom } from './timeline'

const rec = (r: Partial<Recording>): Recording =>
  ({ id: 'a', name: '第一法庭', source: 'court-1', begin: '2026-03-02T01:00:00Z', length: 100, clocks: [], gap_list: [], files: [], marks: [], ...r }) as Recording
const gap = (g: Partial<RecordingGap>): RecordingGap => ({ start: 10, end: 20, cause: 'disk', lawful: false, lasts: false, ...g }) as RecordingGap

describe('recordings of one set', () => {
  it('begin after each other by the wall clock', () => {
    expect(offsetsOf([rec({}), rec({ begin: '2026-03-02T01:00:02.5Z' })])).toEqual([0, 2.5])
    expect(offsetsOf([rec({ begin: '2026-03-02T01:00:02.5Z' }), rec({}), rec({ begin: '2026-03-02T01:00:09Z' })])).toEqual([2.5, 0, 9])
    expect(offsetsOf([])).toEqual([])
  })

  it('stay together when the hub’s clock was set in between', () => {
    // After 30 s the clock was put an hour forward; the second camera began at 40 s.
    const first = rec({ clocks: [{ at: 30, step: 3600 }] })
    expect(offsetsOf([first, rec({ begin: '2026-03-02T02:00:40Z' })])).toEqual([0, 40])
    expect(offsetsOf([first, rec({ begin: '2026-03-02T01:00:20Z' })])).toEqual([0, 20])
    expect(wallAt(first, 20).toISOString()).toBe('2026-03-02T01:00:20.000Z')
    expect(wallAt(first, 40).toISOString()).toBe('2026-03-02T02:00:40.000Z')
  })

  it('lie beside each other with their gaps and what is gone', () => {
    const file = (f: Partial<RecordingFile>) => ({ start: 0, end: 60, coding: 1, gone: '', ...f }) as RecordingFile
    const lanes = lanesOf(
      [rec({ gap_list: [gap({}), gap({ start: 90, end: 90, lasts: true })] }), rec({ id: 'b', files: [file({}), file({ start: 60, end: 100, coding: 0, gone: 'damaged' })] }), rec({ id: 'c', files: [file({ coding: 0, gone: '三年' })] })],
      [0, 5, 0],
    )
    expect(lanes[0]!.gaps.map((g) => [g.start, g.end])).toEqual([[10, 20], [90, 100]])
    expect(lanes[1]!.gaps.map((g) => [g.start, g.end, g.cause])).toEqual([[65, 105, 'damaged']])
    expect(lanes[2]!.gaps.map((g) => g.cause)).toEqual(['deleted'])
    expect(gapAt(lanes[0]!, 10)?.cause).toBe('disk')
    expect(gapAt(lanes[0]!, 20)).toBeUndefined()
  })

  it('share their marks', () => {
    const mark = { id: 'm', at: 12, text: '举证', by: '李静' }
    expect(flagsOf([rec({ marks: [mark] }), rec({ marks: [{ ...mark, at: 7.2 }, { ...mark, at: 50, text: '质证' }] })], [0, 5]).map((f) => f.at)).toEqual([12, 55])
  })
})

it('writes places', () => {
  expect([0, 59.999, 61, 3723.4].map((s) => clockOf(s))).toEqual(['0:00', '1:00', '1:01', '1:02:03'])
  expect([0.04, 61.5, 3599.999].map((s) => clockOf(s, true))).toEqual(['0:00.04', '1:01.50', '1:00:00.00'])
})

it('zooms and follows within the timeline', () => {
  const whole = { from: 0, to: 1000 }
  expect(zoom(whole, 0.5, 500, 1000)).toEqual({ from: 250, to: 750 })
  expect(zoom(whole, 0.5, 0, 1000)).toEqual({ from: 0, to: 500 })
  expect(zoom({ from: 250, to: 750 }, 4, 500, 1000)).toEqual(whole)
  expect(zoom(whole, 0.0001, 10, 1000).to - zoom(whole, 0.0001, 10, 1000).from).toBe(20)
  expect(zoom({ from: 0, to: 5 }, 0.5, 2, 5)).toEqual({ from: 0, to: 5 })
  expect(follow({ from: 0, to: 100 }, 300, 1000)).toEqual({ from: 290, to: 390 })
  expect(follow({ from: 0, to: 100 }, 50, 1000)).toEqual({ from: 0, to: 100 })
  expect(follow({ from: 0, to: 100 }, 1000, 1000)).toEqual({ from: 900, to: 1000 })
})

it('labels round times of day', () => {
  const zero = new Date('2026-03-02T01:00:07Z')
  expect(ticksOf({ from: 0, to: 100 }, 6, zero)).toEqual([23, 53, 83])
  expect(ticksOf({ from: 0, to: 100 }, 6, zero).map((t) => new Date(zero.getTime() + t * 1000).toISOString().slice(14, 19))).toEqual(['00:30', '01:00', '01:30'])
})
