// Viewers of three makes on bad networks: each sees the pictures, at each loss.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Page } from 'playwright-core'
import { RTCPeerConnection as Werift, useH264 } from 'werift'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { visit, withBrowser } from './parts/browser'
import { Hub } from './parts/hub'
import { Path } from './parts/path'

let hub: Hub
let media: number
withBrowser()
beforeAll(async () => {
  hub = await Hub.make({ demo: true })
  media = hub.media
})
afterAll(() => hub.end())

const roundTrip = 100 // ms
const fps = 15 // of the sub streams

/** badPath is a way to the hub's media port with loss and delay. */
async function badPath(loss: number): Promise<Path> {
  const path = await Path.to(media)
  path.loss = loss
  path.delay = roundTrip / 2
  return path
}

/** Seen is what a browser says of a viewer's picture. */
interface Seen {
  decoded: number
  seconds: number
  /** ms of the longest freeze. */
  frozen: number
}

/** watchIn watches in a page for some seconds, by its own statistics. */
async function watchIn(page: Page, path: Path, seconds: number, { stream = 'sub' } = {}): Promise<Seen> {
  await page.exposeFunction('throughBadPath', (answer: string) => path.rewrite(answer))
  return page.evaluate(
    async ({ token, seconds, stream }) => {
      const pc = new RTCPeerConnection({ bundlePolicy: 'max-bundle' })
      pc.addTransceiver('video', { direction: 'recvonly' })
      const video = document.createElement('video')
      video.muted = true
      video.autoplay = true
      document.body.append(video)
      pc.ontrack = (e) => (video.srcObject = new MediaStream([e.track]))
      await pc.setLocalDescription()
      const answer = await fetch(`/whep/court-1?stream=${stream}`, {
        method: 'POST', body: pc.localDescription!.sdp, headers: { 'Content-Type': 'application/sdp', Authorization: `Bearer ${token}` },
      })
      const through = (window as unknown as { throughBadPath(a: string): Promise<string> }).throughBadPath
      await pc.setRemoteDescription({ type: 'answer', sdp: await through(await answer.text()) })
      const look = async () => {
        for (const s of (await pc.getStats()).values()) if (s.type === 'inbound-rtp' && s.kind === 'video') return s
        return null
      }
      const until = performance.now() + 15_000
      while (!((await look())?.framesDecoded > 10)) {
        if (performance.now() > until) throw new Error('no picture within 15 s')
        await new Promise((r) => setTimeout(r, 100))
      }
      const first = await look()
      const from = performance.now()
      let before = first
      let frozen = 0
      while (performance.now() - from < seconds * 1000) {
        await new Promise((r) => setTimeout(r, 200))
        const now = await look()
        const count = now.freezeCount - before.freezeCount
        if (count > 0) frozen = Math.max(frozen, ((now.totalFreezesDuration - before.totalFreezesDuration) * 1000) / count)
        before = now
      }
      pc.close()
      return { decoded: before.framesDecoded - first.framesDecoded, seconds: (performance.now() - from) / 1000, frozen }
    },
    { token: hub.token, seconds, stream },
  )
}

describe.each([0, 2, 5, 10])('at %d %% loss and 100 ms', (loss) => {
  it.concurrent('Chromium sees the pictures', async () => {
    const path = await badPath(loss)
    const { page, close } = await visit(hub.url)
    await page.goto(new URL('/healthz', hub.url).href)
    const seen = await watchIn(page, path, loss === 5 ? 60 : 15)
    expect(seen.decoded / seen.seconds, 'pictures a second').toBeGreaterThan(fps * 0.9)
    if (loss <= 5) expect(seen.frozen, 'ms of the longest freeze').toBeLessThan(500)
    await close()
    path.end()
  }, 120_000)

  it.concurrent('GStreamer decodes them', async () => {
    const path = await badPath(loss)
    const seconds = 12
    const viewer = spawn('/usr/bin/python3', [
      new URL('parts/gst_viewer.py', import.meta.url).pathname, `${hub.url}/whep/court-1?stream=sub`, hub.token, String(seconds), String(media), String(path.port),
    ])
    let said = ''
    let errors = ''
    viewer.stdout.on('data', (d: Buffer) => (said += d.toString()))
    viewer.stderr.on('data', (d: Buffer) => (errors += d.toString()))
    await once(viewer, 'exit')
    expect(Number(said), errors).toBeGreaterThan(fps * (seconds - 4) * (loss === 10 ? 0.5 : 0.8))
    path.end()
  })

  it.concurrent('werift takes them, lost packets too', async () => {
    const path = await badPath(loss)
    const pc = new Werift({ codecs: { video: [useH264()] }, iceServers: [], bundlePolicy: 'max-bundle' })
    const numbers = new Set<number>()
    pc.addTransceiver('video', { direction: 'recvonly' }).onTrack.subscribe((t) =>
      t.onReceiveRtp.subscribe((p) => numbers.add(p.header.sequenceNumber)))
    await pc.setLocalDescription(await pc.createOffer())
    const answer = await fetch(`${hub.url}/whep/court-1?stream=sub`, {
      method: 'POST', headers: { Authorization: `Bearer ${hub.token}`, 'Content-Type': 'application/sdp' }, body: pc.localDescription!.sdp,
    })
    await pc.setRemoteDescription({ type: 'answer', sdp: path.rewrite(await answer.text()) })
    await expect.poll(() => numbers.size, { timeout: 40_000 }).toBeGreaterThan(400)
    // All but the newest hundred have come, or come again.
    const all = [...numbers].sort((a, b) => ((a - b) << 16) >> 16)
    const first = all[0]!
    const old = all.filter((n) => ((all[all.length - 1]! - n) & 0xffff) > 100)
    const span = ((old[old.length - 1]! - first) & 0xffff) + 1
    expect(old.length / span, 'of the packets that were sent').toBeGreaterThan(loss === 10 ? 0.97 : 0.99)
    await pc.close()
    path.end()
  })
})

it('a browser whose way becomes narrow is shown the sub stream, and the main stream again when it is wide', async () => {
  const path = await badPath(0)
  path.delay = 20
  const { page, close } = await visit(hub.url)
  await page.goto(new URL('/healthz', hub.url).href)
  const level = async () => {
    const text = await (await fetch(hub.url + '/metrics', { headers: { Authorization: `Bearer ${hub.token}` } })).text()
    return Number(/^avhub_viewer_level\{source="court-1".*\} (\d)/m.exec(text)?.[1])
  }
  const bitRate = async () => {
    const source = await fetch(hub.url + '/api/v1/sources/court-1', { headers: { Authorization: `Bearer ${hub.token}` } })
    return ((await source.json()) as { main: { video: { bit_rate: number } } }).main.video.bit_rate
  }
  const watching = watchIn(page, path, 60, { stream: 'auto' })
  await expect.poll(level, { timeout: 20_000 }).toBe(0)
  await expect.poll(bitRate, { timeout: 20_000, message: 'what the main stream needs' }).toBeGreaterThan(50_000)
  path.rate = (await bitRate()) * 0.6
  await expect.poll(level, { timeout: 25_000, message: 'the level with less room' }).toBe(2)
  path.rate = 0
  await expect.poll(level, { timeout: 40_000, message: 'the level with room again' }).toBe(0)
  const seen = await watching
  expect(seen.decoded / seen.seconds, 'pictures a second').toBeGreaterThan(fps * 0.8)
  await close()
  path.end()
}, 150_000)
