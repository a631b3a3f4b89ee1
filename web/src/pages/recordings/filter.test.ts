import { expect, it } from 'vitest'
import { addressOf, filterOf, queryOf } from './filter'

it('stands in the address, and is asked of the hub', () => {
  const filter = filterOf({ day: '2026-02-28', court: 'aihui', hearing: 'h1', source: ['a', 'b'], other: 'x' })
  expect(filter).toEqual({ day: '2026-02-28', court: 'aihui', site: '', source: '', hearing: 'h1', case: '' })
  expect(addressOf(filter)).toEqual({ day: '2026-02-28', court: 'aihui', hearing: 'h1' })
  expect(queryOf(filter)).toEqual({ limit: '100', court: 'aihui', hearing: 'h1', from: '2026-02-28T00:00:00+08:00', to: '2026-03-01T00:00:00+08:00' })
  expect(queryOf(filterOf({}))).toEqual({ limit: '100' })
})
