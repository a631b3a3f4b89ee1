// Whoever works with the pages: with a keyboard, on a phone, in either language
// and theme, with a screen reader.
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Account, visit, withBrowser } from './parts/browser'
import { barriers as audit } from './parts/barriers'
import { hold } from './parts/hearing'
import { Hub } from './parts/hub'
import { watch } from './parts/picture'

let hub: Hub, held: { hearing: { id: string; case: string } }
withBrowser()
beforeAll(async () => {
  hub = await Hub.make({ demo: true })
  held = await hold(hub, 4, true)
}, 180_000)
afterAll(() => hub.end())

const judge = { name: 'judge', password: 'avhub-demo' }
/** at is the address of a path, in which :hearing and :case stand for what was held. */
const at = (path: string) => hub.url + path.replace(':hearing', held.hearing.id).replace(':case', held.hearing.case)

const pages: [string, string, (page: Page) => Promise<void>, Account?][] = [
  ['wall', '/', (page) => page.locator('video.front').first().waitFor()],
  ['devices', '/devices', (page) => page.getByRole('row', { name: '执行指挥中心' }).waitFor()],
  ['drawer', '/devices?add', (page) => page.getByRole('dialog').locator('#device-sub').waitFor()],
  ['audit', '/audit', (page) => page.getByRole('button', { name: '详情' }).first().waitFor()],
  ['account', '/account', (page) => page.getByText('当前浏览器').waitFor()],
  ['docs', '/docs', (page) => page.getByText('/api/v1/sources/probe').waitFor()],
  ['recordings', '/recordings', (page) => page.getByRole('link', { name: '回放' }).first().waitFor(), judge],
  ['player', '/recordings/:hearing', (page) => page.getByRole('slider', { name: '时间轴' }).waitFor(), judge],
  ['marking', '/recordings/:hearing', async (page) => {
    await page.getByRole('button', { name: '标记' }).click()
    await page.getByRole('form', { name: '标记' }).waitFor()
  }, judge],
  ['clip', '/recordings/:hearing', async (page) => {
    await page.getByRole('button', { name: '片段' }).click()
    await page.getByRole('button', { name: '导出片段' }).click()
    await page.getByRole('dialog').getByText('大小', { exact: true }).waitFor()
  }, judge],
  ['certificate', '/recordings/:hearing', async (page) => {
    await page.getByRole('button', { name: '证明书' }).click()
    await page.getByRole('dialog').getByLabel('出具理由').waitFor()
  }, judge],
  ['hearing', '/hearings/:hearing', (page) => page.getByRole('button', { name: '导出卷宗' }).waitFor(), judge],
  ['export', '/hearings/:hearing', async (page) => {
    await page.getByRole('button', { name: '导出卷宗' }).click()
    await page.getByRole('dialog').getByText('大小', { exact: true }).waitFor()
  }, judge],
  ['gaps', '/hearings/:hearing', async (page) => {
    await page.getByRole('button', { name: '缺口说明' }).click()
    await page.getByRole('dialog').getByText('系统重启').waitFor()
  }, judge],
  ['hold', '/cases/:case', async (page) => {
    await page.getByRole('button', { name: '设置法律保留' }).click()
    await page.getByRole('dialog').getByLabel('理由').waitFor()
  }, judge],
  ['missing', '/no-such-page', (page) => page.getByRole('heading').waitFor()],
]

describe.each(['dark', 'light'])('in the %s theme', (theme) => {
  it.each(pages)('%s has no serious barrier', async (_, path, ready, as) => {
    const { page, errors, close } = await visit(at(path), {}, as)
    await page.evaluate((t) => localStorage.setItem('avhub.theme', JSON.stringify(t)), theme)
    await page.reload()
    await ready(page)
    await page.emulateMedia({ reducedMotion: 'reduce' })
    expect(await audit(page)).toEqual([])
    expect(errors).toEqual([])
    await close()
  })
})

it.each(['dark', 'light'])('the log-in page has no serious barrier in the %s theme', async (theme) => {
  const { page, errors, close } = await visit(hub.url, {}, null)
  await page.evaluate((t) => localStorage.setItem('avhub.theme', JSON.stringify(t)), theme)
  await page.reload()
  await page.getByRole('button', { name: /审计员/ }).waitFor()
  expect(await audit(page)).toEqual([])
  for (const [width, height] of [[390, 844], [3840, 2160]] as const) {
    await page.setViewportSize({ width, height })
    expect(await page.evaluate(() => document.querySelector('#content')!.scrollWidth - document.querySelector('#content')!.clientWidth)).toBe(0)
  }
  expect(errors).toEqual([])
  await close()
})

describe('every page', () => {
  it.each([
    [1366, 768],
    [390, 844],
    [3840, 2160],
  ])('fits a screen of %i × %i', async (width, height) => {
    for (const [name, path, ready, as] of pages) {
      const { page, close } = await visit(at(path), { viewport: { width, height } }, as)
      await ready(page)
      const wide = await page.evaluate(() => document.querySelector('#content')!.scrollWidth - document.querySelector('#content')!.clientWidth)
      expect(wide, `${name} can be moved sideways`).toBe(0)
      await close()
    }
  }, 180_000)

  it('speaks English where the browser does, and changes the language', async () => {
    const { page, close } = await visit(hub.url, { locale: 'en-GB' })
    await page.getByRole('link', { name: 'Devices' }).click()
    await page.getByRole('heading', { name: 'Devices' }).waitFor()
    expect(await page.getAttribute('html', 'lang')).toBe('en')
    await page.getByRole('button', { name: '中文' }).click()
    await page.getByRole('heading', { name: '设备' }).waitFor()
    await page.reload()
    await page.getByRole('heading', { name: '设备' }).waitFor()
    await close()
  })

  it('can be worked with the keyboard alone', async () => {
    const { page, close } = await visit(hub.url)
    await page.locator('video.front').nth(3).waitFor()
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Enter')
    const tile = page.getByRole('article', { name: '提讯室' })
    await tile.locator('footer').getByText('主码流').waitFor()
    await page.keyboard.press('i')
    await tile.getByText('1280 × 720').waitFor()
    await page.keyboard.press('s')
    await tile.getByRole('button', { name: '静音' }).waitFor()
    await page.keyboard.press('f')
    await page.waitForFunction(() => document.fullscreenElement !== null)
    expect((await watch(tile, 3)).length).toBe(3)
    await page.keyboard.press('f')
    await page.waitForFunction(() => document.fullscreenElement === null)
    await page.keyboard.press('Escape')
    await tile.locator('footer').getByText('子码流').waitFor() // the figures name it too
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: '快捷键' }).waitFor()
    await close()
  })

  it('loads under 300 kB first', async () => {
    const { page, close } = await visit(hub.url)
    await page.locator('video.front').first().waitFor()
    const bytes = await page.evaluate(() =>
      performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation'))
        .reduce((sum, e) => sum + (e as PerformanceResourceTiming).transferSize, 0),
    )
    expect(bytes).toBeGreaterThan(10_000)
    expect(bytes).toBeLessThan(300_000)
    await close()
  })
})
