import { expect, it } from 'vitest'
import en from './en'
import zh from './zh-CN'

/** flat is every text by its key. */
function flat(words: object, path = ''): Record<string, string> {
  return Object.entries(words).reduce<Record<string, string>>(
    (all, [key, value]) => ({ ...all, ...(typeof value === 'string' ? { [path + key]: value } : flat(value as object, `${path}${key}.`)) }),
    {},
  )
}

const sources = import.meta.glob('../**/*.{vue,ts}', { query: '?raw', import: 'default', eager: true }) as Record<string, string>

it('has the same keys and the same places to fill in both languages', () => {
  const [a, b] = [flat(zh), flat(en)]
  expect(Object.keys(b).sort()).toEqual(Object.keys(a).sort())
  const places = (s: string) => (s.match(/\{\w+\}/g) ?? []).sort()
  for (const key of Object.keys(a)) expect(places(b[key]!), key).toEqual(places(a[key]!))
})

it('has every key that a page asks for', () => {
  const known = flat(zh)
  const code = Object.entries(sources).filter(([name]) => !name.includes('.test.'))
  expect(code.length).toBeGreaterThan(20)
  for (const [name, text] of code) {
    for (const [, key] of text.matchAll(/\bt\('([\w.]+)'/g)) expect(known, `${key} in ${name}`).toHaveProperty([key!])
  }
})

it('has no key that nothing asks for', () => {
  const code = Object.entries(sources).filter(([name]) => !/\.test\.|\/locales\//.test(name)).map(([, text]) => text).join('\n')
  const unasked = Object.keys(flat(zh)).filter((key) => {
    const family = key.slice(0, key.lastIndexOf('.'))
    return !code.includes(`'${key}'`) && !code.includes(`\`${family}.`)
  })
  expect(unasked).toEqual([])
})
