import type { Locator } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { visit, withBrowser } from './parts/browser'
import { Camera } from './parts/camera'
import { Hub } from './parts/hub'
import { delay, watch } from './parts/picture'

let hub: Hub
let camera: Camera
withBrowser()
beforeAll(async () => {
  camera = await Camera.make('yard=demo:court-2')
  hub = await Hub.make()
  await hub.add({ id: 'yard', name: '院内', site: 'security', url: camera.url('yard'), sub_url: camera.url('yard_sub') })
})
afterAll(async () => {
  await hub.end()
  await camera.kill()
})

/** fresh waits for a picture that the camera sent less than a second ago: what it sent before may come once more. */
async function fresh(tile: Locator) {
  for (;;) {
    const [seen] = await watch(tile, 1)
    if (seen && delay(seen, 15) < 1000) return
  }
}

it('goes on within 3 s of the return of a camera, and says meanwhile what is wrong', async () => {
  const { page, close } = await visit(hub.url)
  const tile = page.getByRole('article', { name: '院内' })
  expect((await watch(tile, 5)).length).toBe(5)
  await camera.kill()
  await tile.getByText('设备拒绝连接').waitFor()
  await tile.getByRole('img', { name: '离线' }).waitFor()

  await camera.start()
  const back = Date.now()
  await fresh(tile)
  expect(Date.now() - back, 'ms to the first new picture').toBeLessThan(3000)
  await tile.getByRole('img', { name: '正常' }).waitFor()
  await close()
})

it('goes on within 5 s of the return of a killed hub', async () => {
  const { page, errors, close } = await visit(hub.url)
  const tile = page.getByRole('article', { name: '院内' })
  expect((await watch(tile, 5)).length).toBe(5)
  await hub.kill()
  await page.getByRole('alert').getByText('与服务器的连接已断开').waitFor()

  await hub.start()
  const back = Date.now()
  await fresh(tile)
  expect(Date.now() - back, 'ms to the first new picture').toBeLessThan(5000)
  expect(errors).toEqual([])
  await close()
})
