// Where a recording's parts stand in its files, fetched as far as it is needed.
import { type Part, type PartList, recordings } from '@/api/recordings'

const length = 30 // seconds of a window
const kept = 40 // windows
const stale = 700 // ms, of a window that may have grown

interface Window {
  parts: Part[]
  /** It may get more parts. */
  grows: boolean
  read: number
}

/** PartIndex knows the parts around the places that were asked for. */
export class PartIndex {
  private readonly windows = new Map<number, Window>()
  private readonly reading = new Map<number, Promise<void>>()
  /** How far the recording reaches, as far as is known. */
  end = 0
  open = false

  constructor(
    private readonly id: string,
    private readonly now = () => performance.now(),
    private readonly fetch: (id: string, start: number, duration: number) => Promise<PartList> = (...a) => recordings.parts(...a),
  ) {}

  /** load makes sure that the parts around a place are known. */
  async load(at: number): Promise<void> {
    const n = Math.max(0, Math.floor(at / length))
    await Promise.all([this.window(n), n > 0 && at - n * length < 12 ? this.window(n - 1) : undefined])
  }

  private window(n: number): Promise<void> {
    const known = this.windows.get(n)
    if (known && !(known.grows && this.now() - known.read > stale)) return Promise.resolve()
    const under = this.reading.get(n)
    if (under) return under
    const reading = this.read(n).finally(() => this.reading.delete(n))
    this.reading.set(n, reading)
    return reading
  }

  private async read(n: number) {
    const read = this.now()
    const list = await this.fetch(this.id, n * length, length)
    this.end = list.end
    this.open = list.open
    // The list begins with the keyframe before: that part is another window's.
    const parts = list.items.filter((p) => p.start >= n * length)
    this.windows.delete(n)
    this.windows.set(n, { parts, grows: list.open && list.end < (n + 1) * length + 1, read })
    const oldest = this.windows.keys().next().value
    if (this.windows.size > kept && oldest !== undefined) this.windows.delete(oldest)
  }

  /** at is the part that holds a place, if it is known. */
  at(at: number): Part | undefined {
    const n = Math.max(0, Math.floor(at / length))
    for (const i of [n, n - 1]) {
      const part = this.windows.get(i)?.parts.find((p) => p.start <= at && at < p.start + p.duration)
      if (part) return part
    }
    return undefined
  }

  /** from lists the known parts from the keyframe before a place on. */
  from(at: number): Part[] {
    const n = Math.max(0, Math.floor(at / length))
    const near = [n - 1, n, n + 1].flatMap((i) => this.windows.get(i)?.parts ?? [])
    const here = near.findIndex((p) => p.start + p.duration > at)
    if (here < 0) return []
    let first = here
    while (first > 0 && !near[first]!.keyframe && follows(near[first - 1]!, near[first]!)) first--
    return near.slice(first)
  }
}

/** follows tells whether a part goes on where another has ended, coded alike. */
export function follows(before: Part, part: Part): boolean {
  return Math.abs(part.start - before.start - before.duration) < 0.05 && part.coding === before.coding
}

/** adjacent tells whether the two stand beside each other in one file. */
export function adjacent(before: Part, part: Part): boolean {
  return part.segment === before.segment && part.offset === before.offset + before.size && follows(before, part)
}
