import { describe, expect, it } from 'vitest'
import type { AuditEntry } from '@/api/types'
import { linesOf, range, seconds, spanned } from './entries'

const entry = (e: Partial<AuditEntry>): AuditEntry => ({
  ledger: 'l', n: 1, time: '2026-03-02T12:00:00Z', who: { kind: 'user', id: 'u1', session: 's' }, action: 'watch',
  object: { kind: 'source', id: 'court-1' }, outcome: 'began', ...e,
}) as AuditEntry

it('reads lengths of time', () => {
  const cases: [string | undefined, number | null][] = [
    ['1h2m3.5s', 3723.5], ['2m0s', 120], ['850ms', 0.85], ['3s', 3], ['1h0m0s', 3600], ['', null], [undefined, null], ['soon', null],
  ]
  for (const [text, want] of cases) expect(seconds(text), text).toBe(want)
  expect([spanned(3723.5), spanned(59.6), spanned(4)]).toEqual(['1:02:04', '1:00', '0:04'])
})

describe('what began and ended', () => {
  const began = entry({ n: 1 })
  const ended = entry({ n: 5, outcome: 'ended', time: '2026-03-02T12:02:00Z', detail: { lasted: '2m0s' } })

  it('is one line where both are there', () => {
    const lines = linesOf([ended, began])
    expect(lines.map((l) => [l.n, l.lasted])).toEqual([[5, 120]])
  })

  it('stays two where they are not of each other', () => {
    for (const other of [entry({ n: 1, time: '2026-03-02T11:00:00Z' }), entry({ n: 1, object: { kind: 'source', id: 'court-2' } }), entry({ n: 1, who: { kind: 'user', id: 'u2' } })]) {
      expect(linesOf([ended, other as AuditEntry]).length).toBe(2)
    }
  })

  it('takes each beginning once', () => {
    expect(linesOf([{ ...ended, n: 6 } as AuditEntry, ended, began]).map((l) => l.n)).toEqual([6, 5])
  })
})

it('knows the days', () => {
  const now = new Date(2026, 2, 2, 15, 30)
  expect(range('today', now)).toEqual({ from: new Date(2026, 2, 2).toISOString() })
  expect(range('yesterday', now)).toEqual({ from: new Date(2026, 2, 1).toISOString(), to: new Date(2026, 2, 2).toISOString() })
  expect(range('all', now)).toEqual({})
})
