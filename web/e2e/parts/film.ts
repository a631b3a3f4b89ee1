// A hearing that is recorded by two cameras, for tests of what plays recordings.
import type { Page } from 'playwright-core'
import { visit } from './browser'
import { Camera } from './camera'
import { ask, demo, first, type Sitting } from './court'
import { Hub } from './hub'
import { bring } from './picture'

/** Film is a recording as the API lists it. */
export interface Film {
  id: string
  source: string
  name: string
  begin: string
  length: number
  bytes: number
  gap_count: number
  sealed: boolean
}

/** Trial is the demo court's hearing with a second camera in its courtroom. */
export class Trial {
  private constructor(
    readonly hub: Hub,
    /** The second camera, which can be unplugged. */
    readonly camera: Camera,
    readonly sitting: Sitting,
  ) {}

  static async make(): Promise<Trial> {
    const camera = await Camera.make('whole=demo:court-2')
    const hub = await Hub.make({
      demo: true,
      config: `sources:\n  - {id: court-1-whole, name: 第一法庭全景, site: courtroom, site_id: court-1, court: demo, url: "${camera.url('whole')}", record: in_session}\n`,
    })
    const { page, close } = await visit(hub.url, {}, { name: 'clerk', password: demo })
    const sitting = await first(page, hub)
    await close()
    return new Trial(hub, camera, sitting)
  }

  async end() {
    await this.hub.end()
    await this.camera.kill()
  }

  /** orders gives the judge's orders. */
  async orders(...kinds: string[]) {
    const { page, close } = await visit(this.hub.url, {}, { name: 'judge', password: demo })
    for (const kind of kinds) {
      const version = ((await ask(page, 'GET', `/api/v1/hearings/${this.sitting.id}`)).body as { version: number }).version
      const answer = await ask(page, 'POST', `/api/v1/hearings/${this.sitting.id}/commands`, { kind, version, ...(kind === 'adjourn' ? { why: '休息' } : {}) })
      if (answer.status !== 200) throw new Error(`${kind}: ${answer.status} ${JSON.stringify(answer.body)}`)
    }
    await close()
  }

  /** lasting lets what goes on last so many seconds. */
  lasting(seconds: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, seconds * 1000))
  }

  /** films are the hearing's recordings, as its clerk sees them. */
  async films(): Promise<Film[]> {
    const { page, close } = await visit(this.hub.url, {}, { name: 'clerk', password: demo })
    const list = (await ask(page, 'GET', `/api/v1/recordings?hearing=${this.sitting.id}`)).body as { items: Film[] }
    await close()
    return list.items
  }

  /** recorded tells whether all cameras have pictures around a place. */
  async recorded(): Promise<(at: number) => boolean> {
    const { page, close } = await visit(this.hub.url, {}, { name: 'clerk', password: demo })
    const films = await this.films()
    const zero = Math.min(...films.map((f) => Date.parse(f.begin)))
    const gaps: { start: number; end: number }[] = []
    for (const film of films) {
      const offset = (Date.parse(film.begin) - zero) / 1000
      const found = ((await ask(page, 'GET', `/api/v1/recordings/${film.id}`)).body as { gap_list: typeof gaps }).gap_list
      gaps.push({ start: 0, end: offset }, ...found.map((g) => ({ start: g.start + offset, end: g.end + offset })))
    }
    await close()
    return (at) => gaps.every((g) => g.end === 0 || at < g.start - 1 || at > g.end + 1)
  }

  /** until waits until the recordings are as a condition says. */
  async until(what: string, holds: (films: Film[]) => boolean, limit = 60_000) {
    const end = Date.now() + limit
    for (;;) {
      const films = await this.films()
      if (holds(films)) return films
      if (Date.now() > end) throw new Error(`${what}: ${JSON.stringify(films)}`)
      await new Promise((resolve) => setTimeout(resolve, 300))
    }
  }
}

/** Stands is what the players of all cameras show when a seek has ended. */
export interface Stands {
  /** ms from the press of the button to the last camera's picture. */
  took: number
  /** The pictures' numbers, in the order of the cameras. */
  frames: (number | null)[]
}

/** goTo clicks a place on the timeline, in seconds, and waits until all cameras show what was recorded then. */
export async function goTo(page: Page, at: number): Promise<Stands> {
  const bar = page.getByRole('slider', { name: '时间轴' })
  const box = (await bar.boundingBox())!
  await bring(bar)
  const ended = page.evaluate(async () => {
    const all = [...document.querySelectorAll<HTMLVideoElement>('article.tile video')]
    const press = new Promise<{ began: number; from: number[] }>((resolve) =>
      document.addEventListener('pointerdown', (e) => resolve({ began: e.timeStamp, from: all.map((v) => v.currentTime) }), { capture: true, once: true }))
    const { began, from } = await press
    await Promise.all(
      all.map((v, i) => new Promise<void>((resolve) => {
        // The picture may come before the element says that it has gone there. One that
        // comes before the element was sent there is of the place that it leaves.
        const look = () => {
          if (Math.abs(v.currentTime - from[i]!) < 0.001) v.requestVideoFrameCallback(look)
          else if (v.seeking) v.addEventListener('seeked', () => resolve(), { once: true })
          else resolve()
        }
        v.requestVideoFrameCallback(look)
      })),
    )
    return performance.now() - began
  })
  await page.mouse.click(box.x + box.width * (at / Number(await bar.getAttribute('aria-valuemax'))), box.y + box.height / 2)
  const took = await ended
  return { took, frames: await pictures(page) }
}

/** pictures are the numbers of the pictures that stand there. */
export async function pictures(page: Page): Promise<(number | null)[]> {
  await bring(page.locator('body'))
  return page.locator('article.tile video').evaluateAll((all) =>
    all.map((v) => (globalThis as unknown as { readPicture(v: unknown): number | null }).readPicture(v)),
  )
}

/** apart is by how many pictures two of the demo's cameras are apart, whose clips are a minute long. */
export function apart(a: number | null, b: number | null): number {
  if (a === null || b === null) return Infinity
  const d = Math.abs(a - b) % 1500
  return Math.min(d, 1500 - d)
}
