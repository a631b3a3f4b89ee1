// Firefox as a viewer. It has no H.264 in WebRTC on every machine: what a browser
// publishes in VP8 it sees, on bad networks too; of a camera it is told why not.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { launchOn, visitBy, type Visit } from './parts/browser'
import { Camera } from './parts/camera'
import { Firefox } from './parts/firefox'
import { boss, Hub } from './parts/hub'
import { Networks } from './parts/networks'
import { SlowWay } from './parts/slowway'

let networks: Networks
let home: string
let camera: Camera
let hub: Hub
let chromium: Browser
let publisher: Visit
let firefox: Firefox
let way: SlowWay
/** Of a packet to the hub and back. */
const roundTrip = 100 // ms

beforeAll(async () => {
  networks = Networks.make()
  home = await mkdtemp(join(tmpdir(), 'avhub-home-'))
  camera = await Camera.makeAt(networks.hub.within, 'yard=demo:court-1')
  hub = await Hub.on(networks.hub, {
    env: { AVHUB_WEBRTC_LISTEN: ':8189' },
    config: `sources:\n  - {id: officer, name: 现场人员, court: heihe}\n  - {id: yard, name: 法庭外, court: heihe, url: "${camera.url('yard')}"}\n`,
  })
  way = await SlowWay.on(networks.hub, hub.media, roundTrip / 2)
  chromium = await launchOn(networks.user, home)
  publisher = await visitBy(chromium, hub.url, { ignoreHTTPSErrors: true })
  await publish()
  firefox = await Firefox.start(networks.user)
  await firefox.open(hub.url + '/healthz')
}, 120_000)
afterAll(async () => {
  await firefox.end()
  await chromium.close()
  await way.end()
  await hub.end()
  await camera.kill()
  networks.end()
  await rm(home, { recursive: true, force: true })
})

/** publish lets Chromium send a moving picture in VP8, 25 a second. */
async function publish() {
  await publisher.page.goto(hub.url + '/healthz')
  await publisher.page.evaluate(async (token) => {
    const canvas = document.createElement('canvas')
    canvas.width = 320
    canvas.height = 240
    const draw = canvas.getContext('2d')!
    let n = 0
    setInterval(() => {
      draw.fillStyle = `hsl(${(n += 7) % 360} 80% 50%)`
      draw.fillRect((n * 3) % 320, (n * 2) % 240, 60, 60)
    }, 40)
    const pc = new RTCPeerConnection({ bundlePolicy: 'max-bundle' })
    const way = pc.addTransceiver(canvas.captureStream(25).getVideoTracks()[0]!, { direction: 'sendonly' })
    way.setCodecPreferences(RTCRtpSender.getCapabilities('video')!.codecs.filter((c) => c.mimeType === 'video/VP8'))
    await pc.setLocalDescription()
    const answer = await fetch('/whip/officer', {
      method: 'POST', body: pc.localDescription!.sdp, headers: { 'Content-Type': 'application/sdp', Authorization: `Bearer ${token}` },
    })
    if (answer.status !== 201) throw new Error(`${answer.status} ${await answer.text()}`)
    await pc.setRemoteDescription({ type: 'answer', sdp: await answer.text() })
    Object.assign(window, { pc })
  }, hub.token)
}

/** sent is how many pictures the publisher has encoded. */
const sent = () =>
  publisher.page.evaluate(async () => {
    for (const s of (await (window as unknown as { pc: RTCPeerConnection }).pc.getStats()).values()) if (s.type === 'outbound-rtp') return s.framesEncoded as number
    return 0
  })

/**
 * watch asks for a source in Firefox, whose way to it takes time; it returns the status, and
 * the words of a refusal.
 */
async function watch(source: string): Promise<{ status: number; said: string }> {
  const answer = await firefox.run(
    async (source, token) => {
      const pc = new RTCPeerConnection({ bundlePolicy: 'max-bundle' })
      pc.addTransceiver('video', { direction: 'recvonly' })
      pc.ontrack = (e) => {
        const video = document.createElement('video')
        video.muted = true
        video.autoplay = true
        video.srcObject = new MediaStream([e.track])
        document.body.append(video)
      }
      await pc.setLocalDescription()
      Object.assign(window, { pc })
      const answer = await fetch(`/whep/${source}`, {
        method: 'POST', body: pc.localDescription!.sdp, headers: { 'Content-Type': 'application/sdp', Authorization: `Bearer ${token}` },
      })
      return { status: answer.status, said: await answer.text() }
    },
    source,
    hub.token,
  )
  if (answer.status === 201) {
    await firefox.run(async (sdp) => {
      await (window as unknown as { pc: RTCPeerConnection }).pc.setRemoteDescription({ type: 'answer', sdp })
    }, way.rewrite(answer.said))
  }
  return answer
}

const decoded = () =>
  firefox.run(async () => {
    for (const s of (await (window as unknown as { pc: RTCPeerConnection }).pc.getStats()).values()) if (s.type === 'inbound-rtp') return s.framesDecoded as number
    return 0
  })

/** trip is how long the hub says that a packet to Firefox and back takes, in seconds. */
const trip = () =>
  firefox.run(async (token) => {
    const text = await (await fetch('/metrics', { headers: { Authorization: `Bearer ${token}` } })).text()
    return Number(/^avhub_viewer_rtt_seconds\{source="officer".*\} (\S+)/m.exec(text)?.[1])
  }, hub.token)

it.each([0, 2, 5, 10])('sees a browser’s VP8 at %d %% loss and 100 ms', async (loss) => {
  networks.lose(loss)
  expect((await watch('officer')).status).toBe(201)
  await expect.poll(decoded, { timeout: 20_000, message: 'pictures at all' }).toBeGreaterThan(10)
  const [sentBefore, before] = [await sent(), await decoded()]
  await expect.poll(async () => (await sent()) - sentBefore, { timeout: 60_000 }).toBeGreaterThan(200)
  const share = ((await decoded()) - before) / ((await sent()) - sentBefore)
  expect(share, 'of the pictures that were sent').toBeGreaterThan(loss === 10 ? 0.6 : 0.8)
  expect(await trip(), 's to Firefox and back').toBeGreaterThanOrEqual(roundTrip / 1000)
  await firefox.run(() => (window as unknown as { pc: RTCPeerConnection }).pc.close())
}, 120_000)

it('is told in words that it cannot show a camera’s H.264', async () => {
  const refused = await watch('yard')
  expect(refused.status).toBe(406)
  expect(refused.said).toContain('no codec in common')
  const status = await firefox.run(async (who) => {
    const r = await fetch('/api/v1/login', { method: 'POST', body: JSON.stringify(who), headers: { 'Content-Type': 'application/json' } })
    return r.status
  }, boss)
  expect(status).toBe(200)
  await firefox.open(hub.url)
  await expect.poll(() => firefox.run(() => document.body.innerText), { timeout: 20_000 }).toContain('H.264')
})
