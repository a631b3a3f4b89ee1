// Whoever looks at what was recorded: finds it, plays all cameras of a hearing at
// once, goes from picture to picture, and is told what is missing and why.
import { execFileSync } from 'node:child_process'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Visit, visit, withBrowser } from './parts/browser'
import { ask, choose, demo } from './parts/court'
import { apart, goTo, pictures, Trial } from './parts/film'

let trial: Trial
withBrowser()
beforeAll(async () => {
  trial = await Trial.make()
  await trial.orders('prepare', 'open')
  await trial.until('ten seconds of both', (f) => f.length === 2 && f.every((x) => x.length > 10))
  await trial.orders('adjourn')
  await trial.lasting(3)
  await trial.orders('resume')
  await trial.until('both again', (f) => f.every((x) => x.length > 20))
  await trial.camera.kill()
  await trial.until('a camera that is away', (f) => f.some((x) => x.gap_count > 1))
  await trial.lasting(3)
  await trial.camera.start()
  await trial.until('both to the end', (f) => f.every((x) => x.length > 40))
}, 180_000)
afterAll(() => trial.end())

const as = (name: string, path: string, o = {}): Promise<Visit> => visit(trial.hub.url + path, o, { name, password: demo })
const tiles = ['第一法庭', '第一法庭全景']

it('is found by hearing, case, source and day, with its gaps and its size', async () => {
  const { page, errors, close } = await as('clerk', '/recordings')
  const row = page.getByRole('row').filter({ hasText: '黑99民初23号' })
  await row.waitFor()
  expect(await row.textContent()).toMatch(/买卖合同纠纷.*第一法庭、第一法庭全景.*2 处，共 0:\d\d.*正在录制.*回放/)
  await page.getByLabel('案号').fill('(2026)黑99民初23')
  await row.waitFor()
  await page.getByLabel('案号').fill('黑99民初24')
  await page.getByRole('heading', { name: '没有录像' }).waitFor()
  await page.getByLabel('案号').fill('')
  await page.getByRole('button', { name: '今天' }).click()
  await row.waitFor()
  await page.getByRole('button', { name: '前一天' }).click()
  await page.getByRole('heading', { name: '没有录像' }).waitFor()
  await page.reload() // what is asked for stands in the address
  await page.getByRole('heading', { name: '没有录像' }).waitFor()
  await page.getByRole('button', { name: '全部日期' }).click()
  // By place and by hearing: what is chosen stands in the address too.
  await row.waitFor()
  await choose(page, '场所', '第一法庭')
  await expect.poll(() => new URL(page.url()).searchParams.get('site')).toBe('court-1')
  await row.waitFor()
  await choose(page, '庭审', '黑99民初23号')
  await expect.poll(() => new URL(page.url()).searchParams.get('hearing')).toBe(trial.sitting.id)
  await page.reload()
  await row.waitFor()
  for (const [query, found] of [['site=court-1', 2], ['site=court-2', 0], ['court=demo', 2], ['court=nowhere', 0], [`hearing=${trial.sitting.id}&court=demo&limit=1`, 1]] as const) {
    const list = (await ask(page, 'GET', `/api/v1/recordings?${query}`)).body as { items: unknown[] }
    expect(list.items, query).toHaveLength(found)
  }
  await page.getByRole('button', { name: '清除条件' }).click()
  await row.getByRole('link', { name: '回放' }).click()
  await page.getByRole('article', { name: tiles[1]! }).waitFor()
  expect(errors).toEqual([])
  await close()
})

it('plays both cameras in step, from wherever one goes', async () => {
  const { page, errors, hosts, close } = await as('clerk', `/recordings/${trial.sitting.id}?t=5`)
  await expect.poll(async () => apart(...((await pictures(page)) as [number, number])), { timeout: 10_000 }).toBeLessThanOrEqual(1)
  await page.getByRole('slider', { name: '时间轴' }).waitFor()
  const took: number[] = []
  const recorded = await trial.recorded()
  for (const at of [2, 38, 6, 36, 4, 8, 17, 39, 1, 7, 37, 3, 9, 5].filter(recorded)) {
    const stands = await goTo(page, at)
    took.push(Math.round(stands.took))
    expect(apart(stands.frames[0]!, stands.frames[1]!), `frames ${stands.frames.join(' and ')} at ${at} s`).toBeLessThanOrEqual(1)
  }
  expect(took.length).toBeGreaterThan(4)
  process.stdout.write(`ms from the press to both cameras' pictures: ${took.join(', ')}\n`)
  expect(Math.max(...took)).toBeLessThan(10_000)
  // While it plays they stay together, at any speed.
  await page.keyboard.press('k')
  await page.getByRole('button', { name: '暂停' }).waitFor()
  for (const speed of ['1', '4', '0.5']) {
    await page.getByLabel('速度').selectOption(speed)
    await expect.poll(async () => Math.max(...(await rates(page)).map((r) => Math.abs(r / Number(speed) - 1))), { timeout: 10_000 }).toBeLessThanOrEqual(0.26)
    for (let i = 0; i < 3; i++) {
      const before = await positions(page)
      await expect.poll(async () => (await positions(page))[0]! - before[0]!, { timeout: 20_000 }).toBeGreaterThan(0.2)
      await expect.poll(async () => Math.abs((await positions(page)).reduce((a, b) => a - b)), { timeout: 20_000, message: `at ${speed}×` }).toBeLessThan(0.1)
    }
  }
  await page.keyboard.press('k')
  await page.getByRole('button', { name: '播放', exact: true }).waitFor()
  await expect.poll(async () => apart(...((await pictures(page)) as [number, number])), { timeout: 10_000 }).toBeLessThanOrEqual(1)
  expect(errors).toEqual([])
  expect([...hosts]).toEqual([new URL(trial.hub.url).host])
  await close()
}, 150_000)

const rates = (page: Page) => page.locator('article.tile video').evaluateAll((all) => all.map((v) => (v as HTMLVideoElement).playbackRate))
const positions = (page: Page) => page.locator('article.tile video').evaluateAll((all) => all.map((v) => (v as HTMLVideoElement).currentTime))

it('goes from picture to picture, one at a time, by keys and by buttons', async () => {
  const { page, close } = await as('clerk', `/recordings/${trial.sitting.id}?t=5`)
  await expect.poll(async () => (await pictures(page))[0], { timeout: 10_000 }).toBeTruthy()
  const step = async (press: () => Promise<void>) => {
    const before = (await pictures(page))[0]!
    await press()
    await expect.poll(async () => (await pictures(page))[0], { timeout: 10_000 }).not.toBe(before)
    return ((await pictures(page))[0]! - before + 1500) % 1500
  }
  for (let i = 0; i < 8; i++) expect(await step(() => page.keyboard.press('.'))).toBe(1)
  for (let i = 0; i < 8; i++) expect(await step(() => page.keyboard.press(','))).toBe(1499)
  expect(await step(() => page.getByRole('button', { name: '下一帧' }).click())).toBe(1)
  expect(await step(() => page.getByRole('button', { name: '上一帧' }).click())).toBe(1499)
  await expect.poll(async () => apart(...((await pictures(page)) as [number, number])), { timeout: 10_000 }).toBeLessThanOrEqual(1)
  const at = () => Number(new URL(page.url()).searchParams.get('t'))
  await page.keyboard.press('ArrowRight')
  await expect.poll(at).toBeCloseTo(10, 0)
  await page.keyboard.press('j')
  await expect.poll(at).toBeLessThan(1)
  await page.keyboard.press('l')
  await expect.poll(at).toBeCloseTo(10, 0)
  await page.keyboard.press('?')
  await page.getByRole('dialog').getByText('上一帧、下一帧').waitFor()
  await close()
})

it('draws gaps and says why, passes over them, and tells who ordered them', async () => {
  const { page, errors, close } = await as('clerk', `/recordings/${trial.sitting.id}`)
  const gaps = page.getByRole('table').getByRole('row')
  await gaps.filter({ hasText: '休庭' }).filter({ hasText: '第一法庭、第一法庭全景' }).filter({ hasText: '王建国 决定' }).waitFor()
  const fault = gaps.filter({ hasText: '信号源离线' }).filter({ hasText: '尚无情况说明' })
  await fault.waitFor()
  await expect.poll(() => page.locator('.timeline .gap').count(), { message: 'drawn gaps', timeout: 10_000 }).toBe(3)
  expect(await page.locator('.timeline .gap.fault').count(), 'of them faults').toBe(1)
  await fault.getByRole('button', { name: /^跳到/ }).click()
  await page.keyboard.press('ArrowRight') // 3 s into it
  await page.getByRole('article', { name: tiles[1]!, exact: true }).getByText('信号源离线').waitFor()
  const other = page.getByRole('article', { name: tiles[0]!, exact: true })
  await expect.poll(() => other.locator('.cover').count(), { message: 'what covers the other camera, once it is loaded', timeout: 10_000 }).toBe(0)
  // With nothing from any camera the player goes on after the gap, and says so.
  await gaps.filter({ hasText: '休庭' }).getByRole('button', { name: /^跳到/ }).click()
  await page.keyboard.press('k')
  await page.getByText(/已跳过 0:0\d：休庭/).waitFor()
  expect(errors).toEqual([])
  await close()
})

it('draws marks, and goes to them', async () => {
  const [film] = await trial.films()
  const { page, errors, close } = await as('clerk', '/recordings')
  expect((await ask(page, 'POST', `/api/v1/recordings/${film!.id}/marks`, { at: 6, text: '原告举证' })).status).toBe(201)
  await page.getByRole('row').filter({ hasText: '黑99民初23号' }).getByRole('link', { name: '回放' }).click()
  await page.locator('.timeline .flag').waitFor()
  await page.getByRole('listitem').filter({ hasText: '原告举证' }).filter({ hasText: '李静' }).getByRole('button', { name: /^跳到/ }).click()
  await page.waitForURL((url) => Math.abs(Number(url.searchParams.get('t')) - 6) < 2.5)
  expect(errors).toEqual([])
  await close()
})

it('grows while it is being recorded', async () => {
  const { page, errors, close } = await as('clerk', `/recordings/${trial.sitting.id}`)
  const end = async () => Number(await page.getByRole('slider', { name: '时间轴' }).getAttribute('aria-valuemax'))
  await page.getByRole('button', { name: '回到最新' }).click()
  const before = await end()
  await page.keyboard.press('k')
  await expect.poll(end, { timeout: 20_000 }).toBeGreaterThan(before + 3)
  // What is played was not there when the page was opened.
  await expect.poll(async () => Math.min(...(await positions(page))), { timeout: 30_000 }).toBeGreaterThan(before + 2)
  expect(errors).toEqual([])
  await close()
})

it('is heard from one camera at a time', async () => {
  const { page, close } = await as('clerk', `/recordings/${trial.sitting.id}?t=3`)
  const unmuted = () => page.locator('article.tile').evaluateAll((all) => all.filter((a) => !a.querySelector('video')!.muted).map((a) => a.getAttribute('aria-label')))
  expect(await unmuted()).toEqual([])
  await page.getByRole('button', { name: '打开 第一法庭全景 的声音' }).click()
  expect(await unmuted()).toEqual(['第一法庭全景'])
  await page.getByRole('button', { name: '打开 第一法庭 的声音' }).click()
  expect(await unmuted()).toEqual(['第一法庭'])
  await page.keyboard.press('k')
  await expect.poll(async () => (await positions(page))[0]!, { timeout: 10_000 }).toBeGreaterThan(4)
  const level = await page.locator('article.tile[aria-label="第一法庭"] video').evaluate((v) => (v as unknown as { webkitAudioDecodedByteCount: number }).webkitAudioDecodedByteCount)
  expect(level, 'bytes of sound that were decoded').toBeGreaterThan(0)
  await close()
})

it('is no business of those who may not play it: no page, no bytes', async () => {
  const [film] = await trial.films()
  const paths = ['', '/play.mp4', '/index.m3u8', '/media.m3u8', '/segments/000001.mp4', '/inits/000001.mp4', '/thumbnail.jpg?at=1', '/parts?start=0', '/frames?start=0'].map((p) => `/api/v1/recordings/${film!.id}${p}`)
  for (const [name, list] of [['technician', 403], ['machao', 200]] as const) {
    const { page, close } = await as(name, `/recordings/${trial.sitting.id}`)
    await page.getByRole('heading').first().waitFor()
    expect(await page.locator('video, .timeline').count(), name).toBe(0)
    for (const path of paths) {
      const got = await ask(page, 'GET', path)
      expect([403, 404], `${name} asks for ${path}`).toContain(got.status)
      expect(JSON.stringify(got.body).length).toBeLessThan(1000)
    }
    const all = await ask(page, 'GET', '/api/v1/recordings')
    expect(all.status).toBe(list)
    if (list === 200) expect((all.body as { items: unknown[] }).items).toEqual([])
    await close()
  }
  // An auditor may know of it, and not see it.
  const auditor = await as('auditor', `/recordings/${trial.sitting.id}`)
  await auditor.page.getByText('仅可查看录像信息，不能回放').waitFor()
  expect(await auditor.page.locator('video').count()).toBe(0)
  for (const path of paths.slice(1)) expect((await ask(auditor.page, 'GET', path)).status, path).toBe(403)
  await auditor.close()
  // A stranger comes to the door.
  const stranger = await visit(`${trial.hub.url}/recordings/${trial.sitting.id}`, {}, null)
  await stranger.page.waitForURL(/\/login/)
  for (const path of paths) expect((await ask(stranger.page, 'GET', path)).status, path).toBe(401)
  await stranger.close()
})

it('plays on a phone without Media Source Extensions, by HLS', async () => {
  const { page, errors, close } = await as('clerk', '/account', { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true })
  await page.addInitScript(() => {
    Reflect.deleteProperty(window, 'MediaSource')
    Reflect.deleteProperty(window, 'ManagedMediaSource')
  })
  const lists = new Set<string>()
  page.on('request', (r) => r.url().includes('.m3u8') && lists.add(new URL(r.url()).pathname))
  await page.goto(`${trial.hub.url}/recordings/${trial.sitting.id}?t=4`)
  await expect.poll(async () => apart(...((await pictures(page)) as [number, number])), { timeout: 30_000 }).toBeLessThanOrEqual(1)
  await page.getByRole('button', { name: '播放', exact: true }).tap()
  await expect.poll(async () => Math.min(...(await positions(page))), { timeout: 30_000 }).toBeGreaterThan(6)
  expect(lists.size).toBeGreaterThanOrEqual(4)
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), 'can be moved sideways').toBe(0)
  expect(errors).toEqual([])
  await close()
})

it('is sealed when the hearing is over, and read to the last frame by another player of HLS, each camera', async () => {
  await trial.orders('close')
  const films = await trial.until('both sealed', (f) => f.every((x) => x.sealed))
  const { page, errors, close } = await as('clerk', `/recordings/${trial.sitting.id}`)
  await page.getByText('已封存', { exact: true }).waitFor()
  expect(await page.getByRole('button', { name: '回到最新' }).count()).toBe(0)
  await page.getByText(/^\d+ 帧，缺口中 \d+ 帧$/).first().waitFor()
  const cookie = (await page.context().cookies()).map((c) => `${c.name}=${c.value}`).join('; ')
  for (const film of films) {
    const detail = (await ask(page, 'GET', `/api/v1/recordings/${film.id}`)).body as { seal: { frames: { kind: string; kept: number }[] } }
    for (const gaps of ['skip', 'keep']) {
      const found = JSON.parse(
        execFileSync('ffprobe', ['-v', 'error', '-headers', `Cookie: ${cookie}\r\n`, '-count_packets', '-show_entries', 'stream=codec_type,nb_read_packets', '-of', 'json', `${trial.hub.url}/api/v1/recordings/${film.id}/index.m3u8?gaps=${gaps}`], { encoding: 'utf8' }),
      ) as { streams: { codec_type: string; nb_read_packets: string }[] }
      const counted = found.streams.map((s) => [s.codec_type, Number(s.nb_read_packets)]).sort()
      expect(counted, `${film.source}, gaps: ${gaps}`).toEqual(detail.seal.frames.map((f) => [f.kind, f.kept]).sort())
    }
  }
  expect(errors).toEqual([])
  await close()
}, 120_000)
