import { expect, it } from 'vitest'
import { order, shown } from './keys'

const press = (key: string, more = {}) =>
  order({ key, shiftKey: false, ctrlKey: false, altKey: false, metaKey: false, ...more }, 3)

it('chooses the layout, steps and moves by rows and columns', () => {
  expect(press('3')).toEqual({ do: 'size', size: 9 })
  expect(press('ArrowDown')).toEqual({ do: 'step', by: 3 })
  expect(press('ArrowLeft', { shiftKey: true })).toEqual({ do: 'move', by: -1 })
  expect(press('S')).toEqual({ do: 'sound' })
})

it('leaves the browser its own shortcuts', () => {
  expect(press('f', { ctrlKey: true })).toBeNull()
  expect(press('ArrowLeft', { altKey: true })).toBeNull()
  expect(press('x')).toBeNull()
})

it('does something for every single letter that the list shows', () => {
  const single = shown.flatMap((s) => s.keys).filter((k) => /^[A-Z0-9?]$/.test(k))
  expect(single.length).toBeGreaterThan(5)
  for (const k of single) expect(press(k), k).not.toBeNull()
})
