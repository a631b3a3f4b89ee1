import { describe, expect, it } from 'vitest'
import type { Recording } from '@/api/recordings'
import { clipAt, markedAt, takenOf, withEdge } from './clip'
import type { Lane } from './timeline'

it('begins as a minute from here, or as the last one', () => {
  expect(clipAt(100, 1000)).toEqual({ from: 100, to: 160 })
  expect(clipAt(990, 1000)).toEqual({ from: 940, to: 1000 })
  expect(clipAt(5, 20)).toEqual({ from: 0, to: 20 })
})

it('moves by its edges, and never turns round', () => {
  const clip = { from: 100, to: 160 }
  expect(withEdge(clip, 'from', 120, 1000)).toEqual({ from: 120, to: 160 })
  expect(withEdge(clip, 'to', 130, 1000)).toEqual({ from: 100, to: 130 })
  expect(withEdge(clip, 'from', 300, 1000)).toEqual({ from: 300, to: 360 })
  expect(withEdge(clip, 'to', 40, 1000)).toEqual({ from: 0, to: 40 })
  expect(withEdge(clip, 'to', 4000, 1000)).toEqual({ from: 100, to: 1000 })
  expect(withEdge(clip, 'from', 999.9, 1000)).toEqual({ from: 999, to: 1000 })
})

const film = (r: Partial<Recording>) => ({ id: 'a', hearing: '', fault: '', ...r, may: { export: true, mark: true, ...r.may } }) as Recording

describe('what is taken', () => {
  it('is the hearing, whose cameras belong together', () => {
    expect(takenOf([film({ hearing: 'h' }), film({ id: 'b', hearing: 'h' })])).toEqual({ of: 'hearings', id: 'h' })
    expect(takenOf([film({})])).toEqual({ of: 'recordings', id: 'a' })
    expect(takenOf([film({}), film({ id: 'b' })])).toBeNull()
    expect(takenOf([film({ may: { export: false } as Recording['may'] })])).toBeNull()
    expect(takenOf([])).toBeNull()
  })
  it('is marked in each recording that runs at that time', () => {
    const lanes = [{ offset: 0, end: 50 }, { offset: 10, end: 90 }, { offset: 0, end: 90 }] as Lane[]
    const films = [film({}), film({ id: 'b' }), film({ id: 'c', may: { mark: false } as Recording['may'] })]
    expect(markedAt(films, lanes, 12)).toEqual([{ id: 'a', at: 12 }, { id: 'b', at: 2 }])
    expect(markedAt(films, lanes, 60)).toEqual([{ id: 'b', at: 50 }])
  })
})
