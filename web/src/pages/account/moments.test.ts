import { expect, it } from 'vitest'
import { moment } from './moments'

const now = new Date(2026, 4, 6, 12, 0)
const at = (...when: [number, number, number, number, number]) => new Date(...when).toISOString()

it.each([
  ['today', at(2026, 4, 6, 9, 5), '09:05'],
  ['this year', at(2026, 0, 31, 23, 59), '01/31 23:59'],
  ['another year', at(2027, 4, 6, 9, 5), '2027/05/06'],
  ['never', '0001-01-01T00:00:00Z', null],
])('%s', (_, iso, text) => expect(moment(iso, now, 'zh-CN')).toBe(text))
