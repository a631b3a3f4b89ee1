import { expect, it } from 'vitest'
import type { ImportProblem } from '@/api/types'
import en from '@/locales/en'
import zh from '@/locales/zh-CN'
import { formKey, sayProblem } from './problem'

const problem = (p: Partial<ImportProblem>): ImportProblem => ({ line: 2, column: 1, code: 'invalid', what: '', fix: '', ...p })
const words = (of: object, key: string) => key.split('.').reduce<unknown>((at, part) => (at as Record<string, unknown> | undefined)?.[part], of)

const clash = { from: '2021-03-05T01:00:00Z', to: '2021-03-05T02:00:00Z' }
it.each<[Partial<ImportProblem>, string]>([
  [{ code: 'site_clash', other: { line: 3, ...clash } }, 'site_clash_line'],
  [{ code: 'site_clash', other: { title: '买卖', ...clash } }, 'site_clash'],
  [{ code: 'person_clash', value: '王', other: { line: 3, ...clash } }, 'person_clash_line'],
  [{ code: 'person_clash', value: '王', other: { title: '买卖', ...clash } }, 'person_clash'],
  [{ code: 'duplicate', other: { line: 3 } }, 'duplicate'],
  [{ code: 'duplicate', line: 1 }, 'duplicate_column'],
  [{ code: 'missing', line: 1, field: 'date' }, 'missing_column'],
  [{ code: 'missing', field: 'date' }, 'missing'],
  [{ code: 'unknown', field: 'courtroom' }, 'unknown_site'],
  [{ code: 'unknown', field: 'clerk' }, 'unknown_user'],
  [{ code: 'too_large', line: 0, most: 1024 }, 'too_large'],
  [{ code: 'too_large', line: 2002, most: 2000 }, 'too_many'],
  [{ code: 'more', count: 7 }, 'more'],
  ...['unreadable', 'workbook', 'encoding', 'no_headings', 'unknown_column', 'quotes', 'invalid'].map((code): [Partial<ImportProblem>, string] => [{ code }, code]),
])('%j has words', (p, key) => {
  const said = sayProblem(problem(p))
  expect(said.key).toBe(`importing.problem.${key}`)
  for (const language of [zh, en]) {
    const text = words(language, said.key) as string
    for (const [, place] of text.matchAll(/\{(\w+)\}/g)) expect(said.fill, `${place} in ${said.key}`).toHaveProperty(place!)
  }
})

it('says how a cell is to be written', () => {
  for (const field of ['case number', 'date', 'start', 'duration', 'kind', 'public', 'parties', 'presiding judge', 'judges', 'clerk', 'assessors']) {
    const key = formKey(problem({ field }))!
    for (const language of [zh, en]) expect(words(language, key), key).toBeTypeOf('string')
  }
  expect(formKey(problem({ field: 'courtroom' }))).toBeNull()
  expect(formKey(problem({ code: 'site_clash', field: 'date' }))).toBeNull()
})
