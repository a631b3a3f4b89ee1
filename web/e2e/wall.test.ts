import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { visit, withBrowser } from './parts/browser'
import { Hub } from './parts/hub'
import { delay, front, listen, watch } from './parts/picture'

let hub: Hub
withBrowser()
beforeAll(async () => (hub = await Hub.make({ demo: true })))
afterAll(() => hub.end())

const names = ['第一法庭', '提讯室', '诉讼服务大厅', '执行指挥中心']

describe('the wall', () => {
  it('shows every camera in motion, within a second of the camera', async () => {
    const { page, errors, hosts, close } = await visit(hub.url)
    for (const name of names) {
      const tile = page.getByRole('article', { name })
      await front(tile).waitFor()
      const seen = await watch(tile, 10)
      expect(seen.length, name).toBe(10)
      for (const s of seen) {
        expect(delay(s, 15), `${name}, frame ${s.frame}`).toBeGreaterThan(-100)
        expect(delay(s, 15), `${name}, frame ${s.frame}`).toBeLessThan(1000)
      }
      expect(seen[9]!.frame, `${name} moves`).not.toBe(seen[0]!.frame)
    }
    expect(errors).toEqual([])
    expect([...hosts]).toEqual([new URL(hub.url).host])
    await close()
  })

  it('plays the sound of each codec: Opus, AAC, G.711; of one tile at a time', async () => {
    const { page, close } = await visit(hub.url)
    const tones: [string, number][] = [['提讯室', 440], ['诉讼服务大厅', 1000], ['执行指挥中心', 660]]
    for (const [name, frequency] of tones) {
      const tile = page.getByRole('article', { name })
      await front(tile).waitFor()
      await tile.hover()
      await tile.getByRole('button', { name: '打开声音' }).click()
      await page.waitForFunction((n) => {
        const v = document.querySelector<HTMLVideoElement>(`[aria-label="${n}"] video.front`)
        return v && !v.muted && (v.srcObject as MediaStream).getAudioTracks().length > 0
      }, name)
      const heard = await listen(front(tile))
      expect(Math.abs(heard.frequency - frequency), `${name}: ${heard.frequency} Hz`).toBeLessThan(10)
      const loud = await page.locator('video.front').evaluateAll((all) => all.filter((v) => !(v as HTMLVideoElement).muted).length)
      expect(loud, 'tiles with sound').toBe(1)
    }
    const speech = page.getByRole('article', { name: '第一法庭' })
    await speech.hover()
    await speech.getByRole('button', { name: '打开声音' }).click()
    await page.waitForFunction(() => {
      const v = document.querySelector<HTMLVideoElement>('[aria-label="第一法庭"] video.front')
      return v && !v.muted && (v.srcObject as MediaStream).getAudioTracks().length > 0
    })
    expect((await listen(front(speech))).level, 'speech').toBeGreaterThan(0.003)
    await close()
  })

  it('opens a tile with the main stream, without a dark moment, and goes back', async () => {
    const { page, close } = await visit(hub.url)
    const tile = page.getByRole('article', { name: '第一法庭' })
    await front(tile).waitFor()
    await tile.evaluate((element) => {
      const found: { dark: number; widths: number[] } = { dark: 0, widths: [] }
      Object.assign(window, { found })
      const look = () => {
        const v = element.querySelector<HTMLVideoElement>('video.front')
        if (!v || v.readyState < 2 || v.videoWidth === 0) found.dark++
        else if (found.widths.at(-1) !== v.videoWidth) found.widths.push(v.videoWidth)
        requestAnimationFrame(look)
      }
      look()
    })
    await tile.getByRole('button', { name: '放大 第一法庭' }).click()
    await tile.getByText('主码流').waitFor()
    await page.keyboard.press('Escape')
    await tile.getByText('子码流').waitFor()
    const found = await page.evaluate(() => (window as unknown as { found: unknown }).found)
    expect(found).toEqual({ dark: 0, widths: [640, 1280, 640] })
    await close()
  })

  it('opens whichever tile on a phone, and goes back to it', async () => {
    const { page, close } = await visit(hub.url, { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true })
    const tile = page.getByRole('article', { name: '执行指挥中心' })
    await front(page.getByRole('article', { name: '第一法庭' })).waitFor()
    await tile.scrollIntoViewIfNeeded()
    expect((await tile.boundingBox())!.width, 'as wide as the screen').toBeGreaterThan(370)
    await tile.getByRole('button', { name: '放大 执行指挥中心' }).tap()
    await expect.poll(async () => {
      const { y, height } = (await tile.boundingBox())!
      return y > 80 && y < 100 && y + height > 830 && y + height <= 844
    }, { timeout: 10_000 }).toBe(true)
    expect((await watch(tile, 5)).length).toBe(5)
    await tile.getByRole('button', { name: '返回画面墙' }).last().tap()
    await expect.poll(async () => {
      const { y, height } = (await tile.boundingBox())!
      return height < 230 && y + height <= 844
    }, { timeout: 10_000 }).toBe(true)
    await close()
  })

  it('shows the sub stream of a camera whose main stream the browser cannot play', async () => {
    const { page, close } = await visit(hub.url)
    const tile = page.getByRole('article', { name: '执行指挥中心' }) // H.265
    await front(tile).waitFor()
    await tile.getByRole('button', { name: '放大 执行指挥中心' }).click()
    expect((await watch(tile, 10)).length).toBe(10)
    await tile.getByText('子码流').waitFor()
    await close()
  })

  it('is measured by the hub, each viewer for itself', async () => {
    const { page, close } = await visit(hub.url)
    await front(page.getByRole('article', { name: '第一法庭' })).waitFor()
    const figure = async (name: string) => {
      const text = await (await fetch(`${hub.url}/metrics`, { headers: { Authorization: `Bearer ${hub.token}` } })).text()
      return Number(new RegExp(`^avhub_viewer_${name}\\{source="court-1",stream="sub",viewer="[^"]+"\\} (\\S+)$`, 'm').exec(text)?.[1])
    }
    await expect.poll(() => figure('packets_sent_total'), { timeout: 20_000 }).toBeGreaterThan(100)
    expect(await figure('bytes_sent_total')).toBeGreaterThan(10_000)
    await expect.poll(() => figure('rtt_seconds'), { timeout: 20_000 }).toBeGreaterThan(0)
    expect(await figure('nack_total')).toBeGreaterThanOrEqual(0)
    await close()
    await expect.poll(() => figure('packets_sent_total'), { timeout: 20_000 }).toBeNaN()
  })

  it('keeps the layout and the order that a user has made', async () => {
    const { page, close } = await visit(hub.url)
    const order = () => page.locator('.place article').evaluateAll((all) => all.map((a) => a.getAttribute('aria-label')))
    await expect.poll(order).toEqual(names)

    await page.getByRole('article', { name: names[0]! }).dragTo(page.getByRole('article', { name: names[3]! }))
    await expect.poll(order).toEqual([names[3], names[1], names[2], names[0]])
    const moved = page.getByRole('article', { name: names[0]! })
    expect((await watch(moved, 5)).length, 'pictures after the move').toBe(5)

    await page.locator('.whole').nth(1).focus()
    await page.keyboard.press('Shift+ArrowDown')
    await expect.poll(order).toEqual([names[3], names[0], names[2], names[1]])
    await page.keyboard.press('3')
    await expect.poll(() => page.locator('.place').count()).toBe(9)

    await page.reload()
    await expect.poll(order).toEqual([names[3], names[0], names[2], names[1]])
    expect(await page.locator('.place').count()).toBe(9)
    await close()
  })
})
