import { expect, it } from 'vitest'
import { keep } from './mp4'

const bytes = (...all: (number[] | Uint8Array)[]) => Uint8Array.from(all.flatMap((a) => [...a]))
const u32 = (n: number) => [n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255]
const box = (name: string, ...body: (number[] | Uint8Array)[]) => {
  const b = bytes(...body)
  return bytes(u32(b.length + 8), [...name].map((c) => c.charCodeAt(0)), b)
}
const trak = (id: number) => box('trak', box('tkhd', u32(3), u32(0), u32(0), u32(id), u32(0)), box('mdia'))
const trex = (id: number) => box('trex', u32(0), u32(id), u32(1))
const traf = (id: number) => box('traf', box('tfhd', u32(0x20000), u32(id)), box('trun', u32(1)))

/** names are those of all boxes, in depth for containers. */
function names(data: Uint8Array, from = 0, to = data.length): string[] {
  const all: string[] = []
  const view = new DataView(data.buffer, data.byteOffset)
  while (from < to) {
    const size = view.getUint32(from)
    const name = String.fromCharCode(...data.subarray(from + 4, from + 8))
    all.push(name, ...(['moov', 'mvex', 'moof'].includes(name) ? names(data, from + 8, from + size) : []))
    from += size
  }
  return all
}

it('takes a track out of an initialization', () => {
  const init = bytes(box('ftyp', u32(1)), box('moov', box('mvhd', u32(0)), trak(1), trak(2), box('mvex', trex(1), trex(2))))
  expect(names(keep(init.slice(), [1]))).toEqual(['ftyp', 'moov', 'mvhd', 'trak', 'free', 'mvex', 'trex', 'free'])
  expect(keep(init.slice(), [1, 2])).toEqual(init)
})

it('takes a track out of every part', () => {
  const part = () => bytes(box('prft', u32(0)), box('moof', box('mfhd', u32(1)), traf(1), traf(2)), box('mdat', u32(7)))
  expect(names(keep(bytes(part(), part()), [2]))).toEqual(Array(2).fill(['prft', 'moof', 'mfhd', 'free', 'traf', 'mdat']).flat())
})

it('leaves what is no MP4 as it is', () => {
  for (const odd of [[], [1, 2, 3], u32(0), [...u32(99), 1, 2, 3, 4], [...u32(7), 0x6d, 0x6f, 0x6f, 0x76]]) {
    expect([...keep(Uint8Array.from(odd), [1])]).toEqual(odd)
  }
})
