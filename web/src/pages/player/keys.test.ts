import { expect, it } from 'vitest'
import { faster, order } from './keys'

const press = (key: string, more = {}) => order({ key, shiftKey: false, ctrlKey: false, altKey: false, metaKey: false, ...more })

it('knows its keys', () => {
  expect(press('k')).toEqual({ do: 'toggle' })
  expect(press(' ')).toEqual({ do: 'toggle' })
  expect([press('j'), press('L')]).toEqual([{ do: 'skip', by: -10 }, { do: 'skip', by: 10 }])
  expect([press('ArrowLeft'), press('ArrowRight', { shiftKey: true })]).toEqual([{ do: 'skip', by: -5 }, { do: 'event', by: 1 }])
  expect([press(','), press('.')]).toEqual([{ do: 'frame', by: -1 }, { do: 'frame', by: 1 }])
  expect([press('m'), press('i'), press('O')]).toEqual([{ do: 'mark' }, { do: 'from' }, { do: 'to' }])
  expect(press('x')).toBeNull()
  expect(press('k', { ctrlKey: true })).toBeNull()
})

it('goes through the speeds', () => {
  expect([faster(1, 1), faster(1, -1), faster(4, 1), faster(0.5, -1), faster(7, 1)]).toEqual([1.25, 0.75, 4, 0.5, 1.25])
})
