// A second WebRTC stack, written by others in TypeScript, watches by WHEP and
// publishes by WHIP.
import { MediaStreamTrack, RTCPeerConnection, type RtpPacket, useH264, useOPUS } from 'werift'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { visit, withBrowser } from './parts/browser'
import { Hub } from './parts/hub'
import { delay, watch } from './parts/picture'

let hub: Hub
withBrowser()
beforeAll(async () => {
  hub = await Hub.make({ demo: true })
  await hub.add({ id: 'van', name: '移动采集', site: 'field' }) // an encoder publishes it
})
afterAll(() => hub.end())

const peer = () =>
  new RTCPeerConnection({ codecs: { video: [useH264()], audio: [useOPUS()] }, iceServers: [], bundlePolicy: 'max-bundle' })

const authorization = () => ({ Authorization: `Bearer ${hub.token}` })

/** negotiate does what WHIP and WHEP have in common; it returns the session's address. */
async function negotiate(pc: RTCPeerConnection, path: string): Promise<string> {
  await pc.setLocalDescription(await pc.createOffer())
  const answer = await fetch(hub.url + path, {
    method: 'POST', headers: { ...authorization(), 'Content-Type': 'application/sdp' }, body: pc.localDescription!.sdp,
  })
  expect(answer.status, await answer.clone().text()).toBe(201)
  await pc.setRemoteDescription({ type: 'answer', sdp: await answer.text() })
  await new Promise<void>((resolve) => {
    if (pc.connectionState === 'connected') resolve()
    pc.connectionStateChange.subscribe((state) => state === 'connected' && resolve())
  })
  return new URL(answer.headers.get('Location')!, hub.url).href
}

const naluType = (p: RtpPacket) => p.payload[0]! & 0x1f

describe('werift', () => {
  it('watches a camera: the first picture is a keyframe, no packet is missing, and it can leave', async () => {
    const pc = peer()
    const video = pc.addTransceiver('video', { direction: 'recvonly' })
    const audio = pc.addTransceiver('audio', { direction: 'recvonly' })
    const pictures: RtpPacket[] = []
    const sounds: RtpPacket[] = []
    video.onTrack.subscribe((t) => t.onReceiveRtp.subscribe((p) => pictures.push(p)))
    audio.onTrack.subscribe((t) => t.onReceiveRtp.subscribe((p) => sounds.push(p)))
    const session = await negotiate(pc, '/whep/court-1?stream=main')

    await expect.poll(() => Math.min(pictures.length, sounds.length), { timeout: 10_000 }).toBeGreaterThan(100)
    expect([7, 24]).toContain(naluType(pictures[0]!)) // parameter sets, alone or together with others
    const numbers = pictures.map((p) => p.header.sequenceNumber).sort((a, b) => ((a - b) << 16) >> 16)
    for (const [i, n] of numbers.entries()) expect(n, 'sequence number').toBe((numbers[0]! + i) & 0xffff)

    expect((await fetch(session, { method: 'DELETE', headers: authorization() })).status).toBe(200)
    expect((await fetch(session, { method: 'DELETE', headers: authorization() })).status).toBe(404)
    await pc.close()
  })

  it('publishes, and a browser sees it', async () => {
    const from = peer()
    const to = peer()
    const tracks = { video: new MediaStreamTrack({ kind: 'video' }), audio: new MediaStreamTrack({ kind: 'audio' }) }
    to.addTransceiver(tracks.video, { direction: 'sendonly' })
    to.addTransceiver(tracks.audio, { direction: 'sendonly' })
    const session = await negotiate(to, '/whip/van')
    for (const kind of ['video', 'audio'] as const) {
      const way = from.addTransceiver(kind, { direction: 'recvonly' })
      way.onTrack.subscribe((t) => t.onReceiveRtp.subscribe((p) => tracks[kind].writeRtp(p)))
    }
    await negotiate(from, '/whep/court-1?stream=main')

    const { page, close } = await visit(hub.url)
    const seen = await watch(page.getByRole('article', { name: '移动采集' }), 10)
    expect(seen.length).toBe(10)
    expect(delay(seen[9]!, 25), 'ms behind the camera').toBeLessThan(1000)

    await fetch(session, { method: 'DELETE', headers: authorization() })
    await page.getByRole('article', { name: '移动采集' }).getByText('编码器尚未推流').waitFor()
    await close()
    await Promise.all([from.close(), to.close()])
  })
})
