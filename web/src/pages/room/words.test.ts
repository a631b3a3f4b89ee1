import { describe, expect, it } from 'vitest'
import type { Trouble } from '@/media/devices'
import en from '@/locales/en'
import zh from '@/locales/zh-CN'
import { now, roomOf, seen } from './fixture'
import { order } from './keys'
import { allowing } from './permission'
import { phaseOf } from './phase'
import { changesOf, leftOf, minutesOf, type Own, saidOf } from './words'

const fine: Own = { standing: 'open', flows: true, blocked: false, you: seen('a', 'plaintiff'), hidden: false, floor: false, microphone: '', camera: '', cameraOn: true, interrupted: false, way: 'good' }
const you = (o: object) => ({ you: seen('a', 'plaintiff', o) })

describe('the sentence about oneself', () => {
  it.each<[string, Partial<Own>, string]>([
    ['all is well', {}, 'on_seen'],
    ['muted by oneself', you({ muted: 'self' }), 'off_seen'],
    ['muted by the court', you({ muted: 'court' }), 'muted'],
    ['muted, and the hand is up', you({ muted: 'court', hand: 'x' }), 'mutedHand'],
    ['asked to speak', you({ muted: 'asked' }), 'asked'],
    ['a telephone call', { interrupted: true }, 'interrupted'],
    ['the hub is away', { standing: 'away', ...you({ muted: 'court' }) }, 'away'],
    ['no way for media', { blocked: true }, 'blocked'],
    ['the network was interrupted', { flows: false }, 'noMedia'],
    ['who watches', { you: seen('g', 'gallery') }, 'watching'],
    ['an inspector', { you: null, hidden: true }, 'hidden'],
    ['no camera', { camera: 'none', cameraOn: false }, 'camera_none'],
    ['neither of both', { camera: 'denied', microphone: 'denied' }, 'noDevices'],
    ['the floor', { floor: true }, 'floor'],
    ['a poor way', { way: 'poor' }, 'poor'],
  ])('%s', (_, o, key) => expect(saidOf({ ...fine, ...o }).key).toBe(`room.said.${key}`))

  it('has words in both languages for every trouble of a device', () => {
    const troubles: Trouble[] = ['denied', 'none', 'busy', 'insecure', 'lost', 'failed']
    for (const words of [zh, en]) {
      const [said, trouble, mend] = [words.room.said, words.room.trouble, words.room.mend] as Record<string, string>[]
      for (const x of troubles) {
        for (const device of ['microphone', 'camera']) {
          expect(said![`${device}_${x}`]).toBeTruthy()
          expect(trouble![`${device}_${x}`]).toBeTruthy()
        }
        if (x !== 'denied') expect(mend![x]).toBeTruthy()
      }
    }
  })
})

describe('what a screen reader is told', () => {
  it('is who comes and goes', () => {
    const before = roomOf([seen('a', 'plaintiff'), seen('b', 'defendant')], { you: seen('a', 'plaintiff') })
    const after = roomOf([seen('a', 'plaintiff'), seen('b', 'defendant', { here: false }), seen('c', 'lawyer'), seen('g', 'gallery')], { you: seen('a', 'plaintiff') })
    expect(changesOf(before, after, false).map((s) => [s.key, s.args.name])).toEqual([['room.news.left', 'b'], ['room.news.came', 'c']])
  })

  it('is who waits and whose hand is up, for those who admit people', () => {
    const before = roomOf([seen('b', 'defendant')])
    const after = roomOf([seen('b', 'defendant', { hand: 'x' }), seen('w', 'witness', { place: 'waiting' })])
    expect(changesOf(before, after, true).map((s) => s.key)).toEqual(['room.news.hand', 'room.news.waits'])
    expect(changesOf(before, after, false)).toEqual([])
  })

  it('is who has the floor, and that the room is locked', () => {
    const after = roomOf([seen('b', 'defendant')], { floor: { person: 'b', since: '' }, locked: true })
    expect(changesOf(roomOf([seen('b', 'defendant')]), after, false).map((s) => s.key)).toEqual(['room.news.floor', 'room.news.locked'])
  })
})

it('counts a turn of speech down, and beyond', () => {
  const since = new Date(now).toISOString()
  expect(leftOf({ since }, now)).toBeNull()
  expect(leftOf({ since, seconds: 180 }, now + 60_000)).toBe(120)
  expect([minutesOf(120), minutesOf(5), minutesOf(-30)]).toEqual(['2:00', '0:05', '-0:30'])
})

it('reads keys, but not where one writes', () => {
  const key = (k: string, o = {}) => ({ key: k, ctrlKey: false, altKey: false, metaKey: false, repeat: false, ...o })
  expect(order(key('m'), false, false)).toEqual({ do: 'microphone' })
  expect(order(key('m'), true, false)).toBeNull()
  expect(order(key('m', { ctrlKey: true }), false, false)).toBeNull()
  expect(order(key('F3'), true, true)).toEqual({ do: 'mark', n: 3 })
  expect(order(key('F3'), false, false)).toBeNull() // then it is the browser's
  expect(order(key('F9'), false, true)).toBeNull()
})

it('knows how each browser allows devices', () => {
  const agents = {
    wechat: 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) MicroMessenger/8.0', ios: 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1',
    android: 'Mozilla/5.0 (Linux; Android 15) Chrome/141.0 Mobile Safari/537.36', firefox: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
    chrome: 'Mozilla/5.0 (X11; Linux x86_64) Chrome/141.0 Safari/537.36', safari: 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.0 Safari/605.1.15',
  }
  for (const [name, agent] of Object.entries(agents)) expect(allowing(agent)).toBe(name)
})

describe('the page', () => {
  const s = { entered: true, standing: { at: 'open' } as const, welcomed: true, hidden: false, place: 'inside' as const, state: 'in_session' }
  it.each([
    ['before the check', { entered: false, welcomed: false, place: null }, 'check'],
    ['on the way', { welcomed: false, place: null }, 'coming'],
    ['at the door', { place: 'waiting' as const }, 'door'],
    ['in', {}, 'room'],
    ['looking on', { hidden: true, place: null }, 'room'],
    ['while the hub is away', { standing: { at: 'away' } as const }, 'room'],
    ['taken over', { standing: { at: 'ended', why: 'taken_over' } as const }, 'taken'],
    ['removed', { standing: { at: 'ended', why: 'removed' } as const }, 'removed'],
    ['closed', { standing: { at: 'ended', why: 'closed' } as const }, 'over'],
    ['over before one comes', { entered: false, state: 'filed' }, 'over'],
  ])('is, %s, the right one', (_, o, phase) => expect(phaseOf({ ...s, ...o })).toBe(phase))
})
