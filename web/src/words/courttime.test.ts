import { expect, it } from 'vitest'
import { clockOf, dayInWords, dayOf, endOf, instantOf, minuteOfDay, momentInWords, shiftDay, sittingInWords } from './courttime'

it('goes by the court’s clock, wherever the browser is', () => {
  expect(dayOf('2021-03-04T16:00:00Z')).toBe('2021-03-05')
  expect(clockOf('2021-03-04T16:00:00Z')).toBe('00:00')
  expect(clockOf('2021-03-05T01:30:00Z')).toBe('09:30')
  expect(instantOf('2021-03-05', '09:30')).toBe('2021-03-05T01:30:00Z')
  expect(sittingInWords({ start: '2021-03-05T01:30:00Z', minutes: 90 })).toBe('09:30–11:00')
  expect(endOf({ start: '2021-03-05T01:30:00Z', minutes: 90 }).toISOString()).toBe('2021-03-05T03:00:00.000Z')
  expect(minuteOfDay('2021-03-05T01:30:00Z', '2021-03-05')).toBe(570)
  expect(minuteOfDay('2021-03-05T16:30:00Z', '2021-03-05')).toBe(1470)
})

it('has no instant for what is no time', () => {
  for (const [day, clock] of [['', '09:00'], ['2021-03-05', ''], ['2021-13-05', '09:00'], ['2021-03-05', '25:00']] as const) expect(instantOf(day, clock)).toBeNull()
})

it('counts days over months and years', () => {
  expect(shiftDay('2021-02-28', 1)).toBe('2021-03-01')
  expect(shiftDay('2021-01-01', -1)).toBe('2020-12-31')
})

it('writes days and moments for people', () => {
  expect(dayInWords('2021-03-05', 'zh-CN')).toBe('2021年3月5日周五')
  expect(dayInWords('2021-03-05', 'en')).toBe('Fri, March 5, 2021')
  expect(momentInWords('2021-03-05T01:30:00Z', '2021-03-05')).toBe('09:30')
  expect(momentInWords('2021-03-05T01:30:00Z', '2021-03-06')).toBe('03-05 09:30')
  expect(momentInWords('2021-03-05T01:30:00Z', '2022-03-06')).toBe('2021-03-05 09:30')
})
