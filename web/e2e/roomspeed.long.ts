// How old pictures and sound are between two people of a room, how soon a newcomer sees, and
// what remains of both on a bad network.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Browser, Page } from 'playwright-core'
import { ages, part, shine } from './parts/beacon'
import { fakeDevices, launch, type Visit, visitBy } from './parts/browser'
import { demo, type Sitting } from './parts/court'
import { lead } from './parts/cast'
import { firstOf, Person } from './parts/hearing'
import { Hub } from './parts/hub'
import { Path } from './parts/path'
import { controls, enter, sees } from './parts/room'

let hub: Hub
let sitting: Sitting
let browsers: Browser[]
let judge: Visit
let clerk: Visit
let path: Path
const person = (name: string) => sitting.participants!.find((p) => p.name === name)!.id
const say = (words: string) => process.stdout.write(`${words}\n`)

beforeAll(async () => {
  hub = await Hub.make({ demo: true })
  const desk = await Person.of(hub, { name: 'clerk', password: demo })
  sitting = await firstOf(desk)
  await desk.ask('POST', `/hearings/${sitting.id}/commands`, { kind: 'prepare' })
  browsers = [await launch(undefined, {}, fakeDevices), await launch(undefined, {}, fakeDevices)]
  path = await Path.to(hub.media)
  judge = await open(browsers[0]!, 'judge')
  clerk = await open(browsers[1]!, 'clerk', path)
})
afterAll(async () => {
  for (const b of browsers) await b.close()
  await hub.end()
  path.end()
})

/** open opens the room's door as somebody with the devices that tell the time. */
async function open(browser: Browser, name: string, path?: Path): Promise<Visit> {
  const visit = await visitBy(browser, `${hub.url}/login`, {}, { name, password: demo })
  await lead(visit.page, path && { path })
  await shine(visit.page)
  await visit.page.goto(`${hub.url}/rooms/${sitting.id}`)
  return visit
}

/** Sound is what a browser says of all that it has played. */
async function sound(page: Page): Promise<{ concealed: number; played: number; height: number }> {
  return page.evaluate(async () => {
    const { connections } = globalThis as unknown as { connections: RTCPeerConnection[] }
    const sum = { concealed: 0, played: 0, height: 0 }
    for (const s of (await connections.filter((c) => c.connectionState === 'connected').at(-1)!.getStats()).values()) {
      if (s.type !== 'inbound-rtp') continue
      if (s.kind === 'audio') {
        sum.concealed += s.concealedSamples - s.silentConcealedSamples
        sum.played += s.totalSamplesReceived
      } else if (s.framesPerSecond) sum.height = Math.max(sum.height, s.frameHeight)
    }
    return sum
  })
}

describe('a room', () => {
  it('shows a newcomer the first picture within a second', async () => {
    await enter(judge.page)
    await controls(judge.page).waitFor()
    await enter(clerk.page)
    const took = await clerk.page.evaluate(async () => {
      const from = performance.now()
      const shows = () => [...document.querySelectorAll('article')].some((t) => t.getAttribute('aria-label')!.includes('王建国') && t.querySelector('video.shown'))
      while (!shows()) {
        if (performance.now() - from > 20_000) return Infinity
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
      return performance.now() - from
    })
    say(`from the press of the button to the first picture: ${Math.round(took)} ms`)
    expect(took).toBeLessThan(1000)
    await sees(judge.page, ['李静'])
  })

  it('is as near as in the same building', async () => {
    await clerk.page.waitForTimeout(5000) // until all layers are there and buffers have found their length
    const seen = await ages(clerk.page, '王建国', person('王建国'), 20)
    say(`pictures, from drawing to showing: p50 ${part(seen.pictures, 50)} ms, p95 ${part(seen.pictures, 95)} ms, of ${seen.pictures.length}`)
    say(`clicks, from mouth to ear: p50 ${part(seen.clicks, 50)} ms, p95 ${part(seen.clicks, 95)} ms, of ${seen.clicks.length}`)
    say(`a click after its flash: p5 ${part(seen.apart, 5)} ms, p50 ${part(seen.apart, 50)} ms, p95 ${part(seen.apart, 95)} ms`)
    expect(seen.pictures.length).toBeGreaterThan(200)
    expect(seen.clicks.length).toBeGreaterThan(15)
    expect(part(seen.pictures, 95)).toBeLessThan(250)
    expect(part(seen.clicks, 95)).toBeLessThan(200)
    expect(Math.abs(part(seen.apart, 50))).toBeLessThan(45)
  })

  it.each([
    ['5 of 100 packets are lost', { loss: 5, rate: 0 }],
    ['500 kbit/s are all there is', { loss: 0, rate: 500_000 }],
  ])('keeps its sound where %s', async (what, { loss, rate }) => {
    ;[path.loss, path.rate, path.delay] = [loss, rate, 20]
    await clerk.page.waitForTimeout(2000)
    const before = await sound(clerk.page)
    await clerk.page.waitForTimeout(20_000)
    const after = await sound(clerk.page)
    ;[path.loss, path.rate, path.delay] = [0, 0, 0]
    const share = (after.concealed - before.concealed) / (after.played - before.played)
    say(`where ${what}: ${(share * 100).toFixed(2)} % of the sound concealed; the largest picture is ${before.height} high, then ${after.height}`)
    expect(share).toBeLessThan(0.01)
    await sees(clerk.page, ['王建国'])
  })
})
