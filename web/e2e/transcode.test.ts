import { afterAll, beforeAll, expect, it } from 'vitest'
import { visit, withBrowser } from './parts/browser'
import { Camera } from './parts/camera'
import { Hub } from './parts/hub'
import { delay, front, listen, watch } from './parts/picture'

let hub: Hub
let camera: Camera
withBrowser()
beforeAll(async () => {
  camera = await Camera.make('scene=demo:court-4') // H.265 and AAC
  hub = await Hub.make({ config: 'media:\n  transcode: true\n' })
  await hub.add({ id: 'scene', name: '执行现场', url: camera.url('scene') })
})
afterAll(async () => {
  await hub.end()
  await camera.kill()
})

it('shows and plays a camera that only sends H.265, where converting is allowed', async () => {
  const { page, errors, close } = await visit(hub.url)
  const tile = page.getByRole('article', { name: '执行现场' })
  const seen = await watch(tile, 10)
  expect(seen.length).toBe(10)
  expect(delay(seen[9]!, 25), 'ms behind the camera').toBeLessThan(1000)
  await tile.hover()
  await tile.getByRole('button', { name: '打开声音' }).click()
  await page.waitForFunction(() => {
    const v = document.querySelector<HTMLVideoElement>('video.front')
    return v && !v.muted && (v.srcObject as MediaStream).getAudioTracks().length > 0
  })
  const heard = await listen(front(tile))
  expect(Math.abs(heard.frequency - 660), `${heard.frequency} Hz`).toBeLessThan(10)
  expect(errors).toEqual([])
  await close()
})
