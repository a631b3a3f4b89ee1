// What is changed in fragmented MP4 before a browser gets it: a track that is
// missing for a while is taken out, since a browser waits for a track that it was
// told of. A box is taken out by calling it "free", which every player passes over.

const free = [0x66, 0x72, 0x65, 0x65]

/** boxes calls f with each box of a stretch: its name, where it begins, its body. */
function boxes(data: Uint8Array, from: number, to: number, f: (name: string, at: number, body: number, end: number) => void) {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  while (from + 8 <= to) {
    let size = view.getUint32(from)
    let head = 8
    if (size === 1 && from + 16 <= to) {
      size = Number(view.getBigUint64(from + 8))
      head = 16
    }
    if (size < head || from + size > to) return
    f(String.fromCharCode(...data.subarray(from + 4, from + 8)), from, from + head, from + size)
    from += size
  }
}

/** keep takes all tracks out of an initialization or of parts but these. It changes the bytes. */
export function keep(data: Uint8Array, tracks: number[]): Uint8Array {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  const drop = (at: number) => data.set(free, at + 4)
  /** Where the track's number stands in the box that names it. */
  const id = (from: number, to: number, name: string, behind: number) => {
    let found = 0
    boxes(data, from, to, (n, _, body, end) => {
      if (n === name && body + behind + 4 <= end) found = view.getUint32(body + behind)
    })
    return found
  }
  boxes(data, 0, data.length, (name, _, body, end) => {
    if (name === 'moov') {
      boxes(data, body, end, (n, at, b, e) => {
        if (n === 'trak' && !tracks.includes(id(b, e, 'tkhd', 12))) drop(at)
        if (n === 'mvex') boxes(data, b, e, (x, where, bx) => x === 'trex' && !tracks.includes(view.getUint32(bx + 4)) && drop(where))
      })
    }
    if (name === 'moof') {
      boxes(data, body, end, (n, at, b, e) => {
        if (n === 'traf' && !tracks.includes(id(b, e, 'tfhd', 4))) drop(at)
      })
    }
  })
  return data
}
