// Where each tile stands on the stage, in pixels. Tiles stand in places, not in a flow:
// who comes or goes moves nobody else further than need be.
import type { Layout, Quality } from '@/media/roomwire'
import type { Seat } from './tiles'

export interface Box {
  x: number
  y: number
  width: number
  height: number
}

export interface Arrangement {
  places: Map<string, Box>
  /** Screens that the tiles need one after the other; 1: all are in sight. */
  pages: number
}

interface Placed {
  id: string
  seat: Seat
}

const gap = 6
const wide = 16 / 9
/** Narrower than this a face says nothing. */
const least = 150

/** fill puts tiles into a box, as large as they get, in rows. */
export function fill(ids: string[], box: Box, aspect = wide): Map<string, Box> {
  const places = new Map<string, Box>()
  if (!ids.length || box.width <= 0 || box.height <= 0) return places
  const { columns, width, height } = best(ids.length, box, aspect)
  const rows = Math.ceil(ids.length / columns)
  const top = box.y + (box.height - rows * height - (rows - 1) * gap) / 2
  ids.forEach((id, i) => {
    const row = Math.floor(i / columns)
    const inRow = row === rows - 1 ? ids.length - row * columns : columns
    const left = box.x + (box.width - inRow * width - (inRow - 1) * gap) / 2
    places.set(id, round({ x: left + (i % columns) * (width + gap), y: top + row * (height + gap), width, height }))
  })
  return places
}

function best(n: number, box: Box, aspect: number) {
  let found = { columns: 1, width: 0, height: 0 }
  for (let columns = 1; columns <= n; columns++) {
    const rows = Math.ceil(n / columns)
    const width = Math.min((box.width - (columns - 1) * gap) / columns, ((box.height - (rows - 1) * gap) / rows) * aspect)
    if (width > found.width) found = { columns, width, height: width / aspect }
  }
  return found
}

const round = (b: Box): Box => ({ x: Math.round(b.x), y: Math.round(b.y), width: Math.floor(b.width), height: Math.floor(b.height) })

/** upright tells whether the stage is higher than wide: a phone in the hand. */
export const upright = (box: Box) => box.height > box.width

/** arrange places tiles; main is the large one of the speaker's layout, page which of several screens is shown. */
export function arrange(layout: Layout, tiles: Placed[], main: string, box: Box, page: number): Arrangement {
  if (!tiles.length || box.width < 1 || box.height < 1) return { places: new Map(), pages: 1 }
  if (layout === 'speaker') return speaker(tiles, main, box, page)
  if (layout === 'courtroom' && !upright(box)) return { places: courtroom(tiles, main, box), pages: 1 }
  return grid(tiles, box, page)
}

/** grid: all of one size; what would be too small stands on another page. */
function grid(tiles: Placed[], box: Box, page: number): Arrangement {
  const ids = tiles.map((t) => t.id)
  const columns = Math.max(1, Math.min(upright(box) ? 2 : 5, Math.floor(box.width / least)))
  const rows = Math.max(1, Math.floor((box.height + gap) / (Math.min(box.width / columns, 2 * least) / (upright(box) ? 4 / 3 : wide) + gap)))
  const [shown, pages] = turn(ids, columns * rows, page)
  return { places: fill(shown, box, upright(box) ? tall(shown.length, columns, box) : wide), pages }
}

/** tall is the shape of tiles on a phone in the hand: as high as fills the screen, within what a face bears. */
function tall(n: number, most: number, box: Box): number {
  const columns = Math.min(n, most)
  const rows = Math.ceil(n / columns)
  const shape = (box.width - (columns - 1) * gap) / columns / ((box.height - (rows - 1) * gap) / rows)
  return Math.min(4 / 3, Math.max(0.8, shape))
}

/** turn is what stands on a page of so many places. */
function turn(ids: string[], places: number, page: number): [string[], number] {
  const pages = Math.max(1, Math.ceil(ids.length / places))
  const from = Math.min(page, pages - 1) * places
  return [ids.slice(from, from + places), pages]
}

/** speaker: one large, the others in a strip beside it, or below it. */
function speaker(tiles: Placed[], main: string, box: Box, page: number): Arrangement {
  const others = tiles.map((t) => t.id).filter((id) => id !== main)
  if (!others.length) return { places: fill([main], box), pages: 1 }
  if (upright(box)) {
    const high = Math.min(box.width / wide, box.height * 0.55)
    const rest = { x: box.x, y: box.y + high + gap, width: box.width, height: box.height - high - gap }
    const { places, pages } = grid(others.map((id) => ({ id, seat: 'well' })), rest, page)
    places.set(main, round({ x: box.x, y: box.y, width: box.width, height: high }))
    return { places, pages }
  }
  const side = Math.round(Math.min(Math.max(box.width * 0.18, least), 360))
  const high = side / wide
  const [shown, pages] = turn(others, Math.max(1, Math.floor((box.height + gap) / (high + gap))), page)
  const places = fill([main], { ...box, width: box.width - side - gap })
  const top = box.y + (box.height - shown.length * high - (shown.length - 1) * gap) / 2
  shown.forEach((id, i) => places.set(id, round({ x: box.x + box.width - side, y: top + i * (high + gap), width: side, height: high })))
  return { places, pages }
}

/** courtroom: as people sit, seen from the well. */
function courtroom(tiles: Placed[], main: string, box: Box): Map<string, Box> {
  const of = (...seats: Seat[]) => tiles.filter((t) => seats.includes(t.seat)).map((t) => t.id)
  const [bench, left, right, well, centre] = [of('bench'), of('left'), of('right'), of('well'), of('centre')]
  const below = left.length + right.length + well.length + centre.length
  const high = !bench.length ? 0 : below ? Math.round(box.height * 0.36) : box.height
  const rest = { x: box.x, y: box.y + (high ? high + gap : 0), width: box.width, height: box.height - (high ? high + gap : 0) }
  const middle = well.length + centre.length > 0
  // The sides keep their width while the middle is empty: a witness who is called moves nobody.
  const side = left.length + right.length === 0 ? 0 : Math.round(rest.width * (middle ? 0.3 : 0.5))
  const inner = { x: rest.x + (side ? side + gap : 0), y: rest.y, width: rest.width - 2 * (side ? side + gap : 0), height: rest.height }
  const floor = well.length && centre.length ? Math.round(inner.height * 0.32) : well.length ? inner.height : 0
  const places = [
    fill(bench, { ...box, height: high }),
    fill(left, { ...rest, width: side - (middle ? 0 : gap / 2) }),
    fill(right, { ...rest, x: rest.x + rest.width - side + (middle ? 0 : gap / 2), width: side - (middle ? 0 : gap / 2) }),
    fill(centre.includes(main) ? [main, ...centre.filter((id) => id !== main)] : centre, { ...inner, height: inner.height - (floor ? floor + gap : 0) }),
    fill(well, { ...inner, y: inner.y + inner.height - floor, height: floor }),
  ]
  return new Map(places.flatMap((m) => [...m]))
}

/** Wider than this, in pixels of the screen, the small layer of a camera looks coarse. */
const fine = 560

/** qualityOf is what a place needs. */
export function qualityOf(place: Box | undefined, density: number, hidden: boolean): Quality {
  if (!place || hidden) return 'none'
  return place.width * Math.min(density, 2) > fine ? 'high' : 'low'
}
