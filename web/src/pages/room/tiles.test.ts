import { describe, expect, it } from 'vitest'
import { now, roomOf, seen, streamOf } from './fixture'
import { mainOf, Speaker, tilesOf } from './tiles'

const ids = (all: { id: string }[]) => all.map((t) => t.id)

describe('tiles', () => {
  it('stand in the order of people’s coming, the bench first, and newcomers come last', () => {
    const people = [seen('liu', 'defendant'), seen('clerk', 'clerk'), seen('north', 'plaintiff'), seen('judge', 'presiding_judge')]
    const before = ids(tilesOf(roomOf(people), [], '', now))
    expect(before).toEqual(['person-judge', 'person-clerk', 'person-liu', 'person-north'])
    expect(ids(tilesOf(roomOf([...people, seen('wu', 'witness')]), [], '', now))).toEqual([...before, 'person-wu'])
  })

  it('are there for all who speak and are in, and for screens and the court’s cameras', () => {
    const room = roomOf([seen('a', 'plaintiff'), seen('w', 'witness', { place: 'waiting' }), seen('g', 'gallery')])
    const streams = [streamOf('a', { person: 'a' }), streamOf('a-screen', { person: 'a', kind: 'screen' }), streamOf('court-1', { kind: 'courtroom' })]
    const tiles = tilesOf(room, streams, 'a', now)
    expect(ids(tiles)).toEqual(['person-a', 'stream-a-screen', 'stream-court-1'])
    expect(tiles.map((t) => [t.own, t.stream?.id, t.seat])).toEqual([[true, 'a', 'left'], [true, 'a-screen', 'centre'], [false, 'court-1', 'centre']])
  })

  it('are kept for a minute when a connection has gone, and for the panel as long as it takes', () => {
    const gone = { here: false, since: new Date(now).toISOString() }
    const room = roomOf([seen('judge', 'judge', gone), seen('liu', 'defendant', gone)])
    expect(ids(tilesOf(room, [], '', now + 30_000))).toEqual(['person-judge', 'person-liu'])
    expect(ids(tilesOf(room, [], '', now + 90_000))).toEqual(['person-judge'])
  })
})

describe('the large tile', () => {
  const streams = [streamOf('b-screen', { person: 'b', kind: 'screen' }), streamOf('court-1', { kind: 'courtroom' })]
  const people = [seen('a', 'plaintiff'), seen('b', 'defendant'), seen('c', 'judge')]
  const tiles = tilesOf(roomOf(people), streams, 'a', now)
  const without = tilesOf(roomOf(people), [], 'a', now)
  const room = { spotlight: '', floor: null }

  it.each([
    ['what the reader has chosen', tiles, { spotlight: 'b', floor: null }, 'person-a', 'c', 'person-a'],
    ['whom the court has put in the light', tiles, { spotlight: 'b', floor: null }, '', 'c', 'person-b'],
    ['a screen', tiles, { spotlight: '', floor: { person: 'a', since: '' } }, '', 'c', 'stream-b-screen'],
    ['who has the floor', without, { spotlight: '', floor: { person: 'b', since: '' } }, '', 'c', 'person-b'],
    ['who speaks', without, room, '', 'b', 'person-b'],
    ['the camera before which somebody speaks', tilesOf(roomOf(people), [streamOf('court-1', { kind: 'courtroom' })], 'a', now), room, '', 'court-1', 'stream-court-1'],
    ['another than oneself', without, room, 'person-gone', '', 'person-c'],
  ])('is %s', (_, all, r, pinned, speaker, main) => expect(mainOf(all, r, pinned, speaker)).toBe(main))
})

describe('who speaks', () => {
  it('is changed by a sentence, not by a cough', () => {
    const s = new Speaker(900)
    expect(s.hear(['a'], 0)).toBe(true)
    expect(s.hear(['b', 'a'], 1000)).toBe(false)
    expect(s.hear(['a'], 1300)).toBe(false)
    expect(s.hear(['b', 'a'], 2000)).toBe(false)
    expect(s.hear(['b', 'a'], 2900)).toBe(true)
    expect(s.current).toBe('b')
  })

  it('stays the last while nobody speaks, and changes at once when another begins', () => {
    const s = new Speaker(900)
    s.hear(['a'], 0)
    expect(s.hear([], 500)).toBe(false)
    expect(s.current).toBe('a')
    expect(s.hear(['b'], 600)).toBe(true)
  })
})
