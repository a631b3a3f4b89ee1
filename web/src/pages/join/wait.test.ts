import { describe, expect, it } from 'vitest'
import en from '@/locales/en'
import zh from '@/locales/zh-CN'
import { leftUntil, message } from './wait'

const states = ['scheduled', 'waiting', 'in_session', 'adjourned', 'closed_session', 'off_record', 'closed', 'filed', 'cancelled']

describe('whoever waits', () => {
  it('is told something in every state', () => {
    for (const words of [zh, en]) {
      const known: Record<string, string> = words.join.wait
      for (const state of states) {
        for (const held of [false, true]) {
          for (const gallery of [false, true]) expect(known[message(state, held, gallery).replace('join.wait.', '')], state).toBeTruthy()
        }
      }
    }
  })

  it('is not told of the room before they are called', () => {
    expect(message('in_session', true, false)).toBe('join.wait.held')
    expect(message('closed_session', false, true)).toBe('join.wait.notPublic')
  })
})

it('counts down to the minute', () => {
  const now = new Date('2021-03-05T01:00:30Z')
  expect(leftUntil('2021-03-05T01:02:00Z', now)).toEqual({ days: 0, hours: 0, minutes: 2 })
  expect(leftUntil('2021-03-06T03:01:30Z', now)).toEqual({ days: 1, hours: 2, minutes: 1 })
  expect(leftUntil('2021-03-05T01:00:00Z', now)).toBeNull()
})
