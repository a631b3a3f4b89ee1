import { describe, expect, it } from 'vitest'
import type { Hearing } from '@/api/types'
import { byDay, bySite, hoursOf, place } from './groups'

function hearing(id: string, start: string, site = '', court = 'heihe'): Hearing {
  return { id, start, site, site_name: site && `第${site}法庭`, court, court_name: court === 'heihe' ? '中院' : '区院' } as Hearing
}
const ids = (groups: { title: string; hearings: Hearing[] }[]) => groups.map((g) => [g.title, ...g.hearings.map((h) => h.id)])

describe('a day', () => {
  it('goes by courtroom, what has none last, each by its time', () => {
    const groups = bySite([
      hearing('net', '2021-03-05T00:00:00Z'), hearing('b', '2021-03-05T03:00:00Z', '2'), hearing('c', '2021-03-05T02:00:00Z', '10'), hearing('a', '2021-03-05T01:00:00Z', '2'),
    ])
    expect(ids(groups)).toEqual([['第2法庭', 'a', 'b'], ['第10法庭', 'c'], ['', 'net']])
    expect(groups.every((g) => g.court === '')).toBe(true)
  })

  it('names the court where there are several', () => {
    const groups = bySite([hearing('a', '2021-03-05T01:00:00Z', '1', 'aihui'), hearing('b', '2021-03-05T01:00:00Z', '1')], ['heihe', 'aihui'])
    expect(groups.map((g) => g.court)).toEqual(['中院', '区院'])
  })
})

it('lists what was searched for by day, the newest first', () => {
  expect(ids(byDay([hearing('a', '2021-03-04T16:30:00Z'), hearing('c', '2021-03-05T01:00:00Z'), hearing('b', '2021-03-04T15:30:00Z')]))).toEqual([
    ['2021-03-05', 'a', 'c'], ['2021-03-04', 'b'],
  ])
})

describe('the strip of a day', () => {
  it('is a working day, and longer where it must', () => {
    expect(hoursOf([])).toEqual({ first: 8, last: 18 })
    expect(hoursOf([{ from: 7 * 60 + 30, to: 19 * 60 + 1 }])).toEqual({ first: 7, last: 20 })
    expect(hoursOf([{ from: -300, to: 2000 }])).toEqual({ first: 0, last: 24 })
  })

  it('keeps a sitting within it', () => {
    expect(place({ from: 9 * 60, to: 10 * 60 }, { first: 8, last: 18 })).toEqual({ left: 10, width: 10 })
    expect(place({ from: -60, to: 60 }, { first: 0, last: 24 }).left).toBe(0)
    expect(place({ from: 23 * 60, to: 25 * 60 }, { first: 0, last: 24 }).width).toBeCloseTo(100 / 24)
  })
})
