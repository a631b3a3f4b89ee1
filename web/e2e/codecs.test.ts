// What encoders send beside the demo cameras' codecs, as Chromium shows and plays it.
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { visit, withBrowser } from './parts/browser'
import { Hub } from './parts/hub'
import { front, listen } from './parts/picture'
import { type Program, tool } from './parts/program'

let hub: Hub
const encoders: Program[] = []
withBrowser()
beforeAll(async () => (hub = await Hub.make()))
afterAll(async () => {
  for (const e of encoders) await e.stop('SIGKILL')
  await hub.end()
})

const picture = ['-f', 'lavfi', '-i', 'testsrc2=size=320x240:rate=15']
const tone = (hz: number) => ['-f', 'lavfi', '-i', `sine=frequency=${hz}`]
const h264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-g', '15', '-pix_fmt', 'yuv420p']

/** publish adds a source and keeps an encoder of ffmpeg's sending to it. */
async function publish(id: string, ...args: string[]) {
  await hub.add({ id, name: id, site: 'field' })
  encoders.push(tool('ffmpeg', ['-nostdin', '-loglevel', 'error', '-re', ...args, '-f', 'rtsp', '-rtsp_transport', 'tcp', hub.rtspURL(id)]))
}

const tile = (page: Page, id: string) => page.getByRole('article', { name: id })

/** hear switches a tile's sound on and measures it. */
async function hear(page: Page, id: string) {
  await tile(page, id).hover()
  await tile(page, id).getByRole('button', { name: '打开声音' }).click()
  await page.waitForFunction((name) => {
    const v = document.querySelector<HTMLVideoElement>(`[aria-label="${name}"] video.front`)
    return v && !v.muted && (v.srcObject as MediaStream).getAudioTracks().length > 0
  }, id)
  return listen(front(tile(page, id)))
}

/** plays watches as a player of its own and tells what kinds of packets come. */
function plays(page: Page, path: string, bundlePolicy: RTCBundlePolicy, kinds: string[]): Promise<string[]> {
  return page.evaluate(async ({ path, bundlePolicy, kinds }) => {
    const pc = new RTCPeerConnection({ bundlePolicy })
    try {
      for (const kind of kinds) pc.addTransceiver(kind, { direction: 'recvonly' })
      await pc.setLocalDescription()
      const answer = await fetch(path, { method: 'POST', headers: { 'Content-Type': 'application/sdp' }, body: pc.localDescription!.sdp })
      await pc.setRemoteDescription({ type: 'answer', sdp: await answer.text() })
      for (const limit = Date.now() + 20_000; Date.now() < limit; ) {
        const all = [...(await pc.getStats() as unknown as Map<string, RTCInboundRtpStreamStats>).values()]
        const come = all.filter((s) => s.type === 'inbound-rtp' && (s.packetsReceived ?? 0) > 20).map((s) => s.kind)
        if (come.length > 0) return come
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
      return []
    } finally {
      pc.close()
    }
  }, { path, bundlePolicy, kinds })
}

describe('sound', () => {
  it.each([
    ['g722', 900, ['-c:a', 'g722', '-ar', '16000']],
    ['mu-law', 700, ['-c:a', 'pcm_mulaw', '-ar', '8000']],
    ['a-law-16k', 500, ['-c:a', 'pcm_alaw', '-ar', '16000']], // no browser's clock: it is converted
  ])('is heard as it was made: %s', async (id, hz, codec) => {
    await publish(id, ...picture, ...tone(hz), ...h264, ...codec, '-ac', '1')
    const { page, errors, close } = await visit(hub.url)
    await front(tile(page, id)).waitFor()
    const heard = await hear(page, id)
    expect(Math.abs(heard.frequency - hz), `${heard.frequency} Hz`).toBeLessThan(10)
    expect(errors).toEqual([])
    await close()
  })

  it('is there without a picture, and the tile says so', async () => {
    await publish('intercom', ...tone(600), '-c:a', 'libopus', '-ar', '48000', '-ac', '2')
    const { page, errors, close } = await visit(hub.url)
    await tile(page, 'intercom').getByText('仅有声音').waitFor()
    const heard = await hear(page, 'intercom')
    expect(Math.abs(heard.frequency - 600), `${heard.frequency} Hz`).toBeLessThan(10)
    await tile(page, 'intercom').getByText('仅有声音').waitFor()
    await tile(page, 'intercom').getByRole('button', { name: '静音' }).click()
    await front(tile(page, 'intercom')).waitFor({ state: 'detached' })
    // Other players ask for a picture too, in their own ways: they hear it all the same.
    for (const policy of ['max-bundle', 'balanced', 'max-compat'] as const) {
      for (const kinds of [['video', 'audio'], ['audio', 'video']]) {
        expect(await plays(page, '/whep/intercom', policy, kinds), `${policy}, ${kinds[0]} first`).toEqual(['audio'])
      }
    }
    expect(errors).toEqual([])
    await close()
  })
})

describe('a picture', () => {
  it('is there without sound, and its button says so', async () => {
    await publish('gate', ...picture, ...h264)
    const { page, close } = await visit(hub.url)
    await front(tile(page, 'gate')).waitFor()
    expect(await plays(page, '/whep/gate', 'max-bundle', ['audio', 'video'])).toEqual(['video'])
    expect(await tile(page, 'gate').getByRole('button', { name: '此路没有声音' }).isDisabled()).toBe(true)
    await close()
  })

  it('with B-frames is refused in words', async () => {
    await publish('film', ...picture, '-c:v', 'libx264', '-preset', 'veryfast', '-bf', '2', '-g', '15', '-pix_fmt', 'yuv420p')
    const { page, close } = await visit(hub.url)
    await tile(page, 'film').getByText('画面含 B 帧').waitFor()
    // Only another setting of the encoder can change that: the hub is not asked again and again.
    let asked = 0
    page.on('request', (r) => r.url().includes('/whep/film') && asked++)
    await tile(page, 'film').getByRole('button', { name: '立即重试' }).click()
    await expect.poll(() => asked, { timeout: 10_000 }).toBe(1)
    await page.waitForTimeout(3000)
    expect(asked).toBe(1)
    await close()
  })
})
