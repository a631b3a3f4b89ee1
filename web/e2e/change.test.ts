import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { visit, withBrowser } from './parts/browser'
import { Hub } from './parts/hub'
import { type Program, tool } from './parts/program'

let hub: Hub
let folder: string
let encoder: Program
withBrowser()
beforeAll(async () => {
  hub = await Hub.make()
  await hub.add({ id: 'door', name: '东门', site: 'security' })
  folder = await mkdtemp(join(tmpdir(), 'avhub-change-'))
})
afterAll(async () => {
  await encoder.stop('SIGKILL')
  await hub.end()
  await rm(folder, { recursive: true, force: true })
})

/** pictures is two seconds of H.264 of a size, with its parameter sets inside. */
async function pictures(size: string): Promise<Buffer> {
  const file = join(folder, `${size}.h264`)
  execFileSync('ffmpeg', [
    '-nostdin', '-loglevel', 'error', '-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=25:duration=2`,
    '-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-g', '25', file,
  ])
  return readFile(file)
}

it('goes on when a camera changes its resolution in mid-stream', async () => {
  const file = join(folder, 'both.h264')
  const both = [await pictures('640x360'), await pictures('1280x720')]
  await writeFile(file, Buffer.concat(Array.from({ length: 10 }, () => both).flat())) // 40 s
  encoder = tool('ffmpeg', [
    '-nostdin', '-loglevel', 'error', '-re', '-f', 'h264', '-framerate', '25', '-i', file,
    '-c', 'copy', '-f', 'rtsp', '-rtsp_transport', 'tcp', hub.rtspURL('door'),
  ])
  const { page, errors, close } = await visit(hub.url)
  const video = page.getByRole('article', { name: '东门' }).locator('video.front')
  await video.waitFor()
  const stream = () => video.evaluate((v) => ((v as HTMLVideoElement).srcObject as MediaStream).id)
  const width = () => video.evaluate((v) => (v as HTMLVideoElement).videoWidth)
  const before = await stream()
  for (const size of [640, 1280, 640, 1280]) await expect.poll(width, { timeout: 10_000, interval: 100 }).toBe(size)
  expect(await stream(), 'the session is the same').toBe(before)
  expect(errors).toEqual([])
  await close()
})
