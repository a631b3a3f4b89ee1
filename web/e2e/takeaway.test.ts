// Whoever works with what was recorded: marks it, takes a stretch of it away, has it
// certified, plays all cameras from one address.
import { execFileSync } from 'node:child_process'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Visit, visit, withBrowser } from './parts/browser'
import { ask, demo } from './parts/court'
import { Trial } from './parts/film'

let trial: Trial
withBrowser()
beforeAll(async () => {
  trial = await Trial.make()
  await trial.orders('prepare', 'open')
  await trial.until('a quarter of a minute of both', (f) => f.length === 2 && f.every((x) => x.length > 15))
  await trial.orders('close')
  await trial.until('both sealed', (f) => f.every((x) => x.sealed))
}, 180_000)
afterAll(() => trial.end())

const as = (name: string, path: string, o = {}): Promise<Visit> => visit(trial.hub.url + path, o, { name, password: demo })

it('marks the moment at which the key was pressed, and goes on meanwhile', async () => {
  const { page, errors, close } = await as('clerk', `/recordings/${trial.sitting.id}?t=8`)
  await page.getByRole('slider', { name: '时间轴' }).waitFor()
  const before = await page.locator('.timeline .flag').count()
  await page.keyboard.press('m')
  const form = page.getByRole('form', { name: '标记' })
  const stood = await form.locator('strong').textContent()
  expect(await form.getByRole('button', { name: '保存标记' }).isDisabled()).toBe(true)
  await page.keyboard.type('被告质证，k 与 l') // its letters are none of the player's keys
  await page.keyboard.press('Enter')
  await form.waitFor({ state: 'hidden' })
  await expect.poll(() => page.locator('.timeline .flag').count(), { timeout: 10_000 }).toBe(before + 1)
  const line = page.getByRole('listitem').filter({ hasText: '被告质证' })
  expect(await line.textContent()).toContain(stood)
  // It stands in the manifest of each camera that ran then.
  for (const film of await trial.films()) {
    const detail = (await ask(page, 'GET', `/api/v1/recordings/${film.id}`)).body as { marks: { text: string; by: string }[] }
    expect(detail.marks.filter((m) => m.text === '被告质证，k 与 l' && m.by === '李静'), film.source).toHaveLength(1)
  }
  await page.keyboard.press('End')
  await line.getByRole('button').click()
  await page.waitForURL((url) => Math.abs(Number(url.searchParams.get('t')) - 8) < 0.5)
  expect(errors).toEqual([])
  await close()
})

it('plays a whole hearing from one address, whose cameras are one choice', async () => {
  const { page, errors, close } = await as('clerk', '/account', { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true })
  const list = String((await ask(page, 'GET', `/api/v1/hearings/${trial.sitting.id}/index.m3u8`)).body)
  expect([...list.matchAll(/TYPE=VIDEO,GROUP-ID="cameras",NAME="([^"]+)",DEFAULT=(YES|NO)/g)].map((m) => [m[1], m[2]])).toEqual([['第一法庭', 'YES'], ['第一法庭全景', 'NO']])
  const played = await page.evaluate(async (src) => {
    const v = document.createElement('video')
    v.muted = true
    v.src = src
    document.body.append(v)
    await v.play()
    const end = performance.now() + 30_000
    while (v.currentTime < 2 && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 100))
    return { at: v.currentTime, width: v.videoWidth, length: v.duration }
  }, `/api/v1/hearings/${trial.sitting.id}/index.m3u8`)
  expect(played.at).toBeGreaterThan(1.9)
  expect(played.width).toBeGreaterThan(0)
  expect(played.length).toBeCloseTo(Math.max(...(await trial.films()).map((f) => f.length)), -1)
  expect(errors).toEqual([])
  await close()
})

it('takes a stretch away that was chosen on the timeline, with its proof', async () => {
  const { page, errors, close } = await as('judge', `/recordings/${trial.sitting.id}?t=4`)
  await page.getByRole('slider', { name: '时间轴' }).waitFor()
  await page.keyboard.press('i')
  const bar = page.getByRole('group', { name: '片段' })
  await bar.waitFor()
  const box = (await page.getByRole('slider', { name: '时间轴' }).boundingBox())!
  const end = Number(await page.getByRole('slider', { name: '时间轴' }).getAttribute('aria-valuemax'))
  await page.mouse.click(box.x + (box.width * 9) / end, box.y + box.height / 2)
  await page.keyboard.press('o')
  await expect.poll(() => bar.textContent()).toMatch(/时长0:0[45]/)
  // Its edges can be drawn.
  const edge = (await page.locator('.timeline .clip .to').boundingBox())!
  await page.mouse.move(edge.x + edge.width / 2, edge.y + edge.height / 2)
  await page.mouse.down()
  await page.mouse.move(box.x + (box.width * 10.5) / end, edge.y + edge.height / 2, { steps: 4 })
  await page.mouse.up()
  await expect.poll(() => bar.textContent()).toMatch(/时长0:06/)
  await bar.getByRole('button', { name: '导出片段' }).click()
  const dialog = page.getByRole('dialog', { name: '导出录像片段' })
  await dialog.getByLabel('导出理由').fill('举证质证')
  const download = page.waitForEvent('download')
  await dialog.getByRole('button', { name: '开始下载' }).click()
  const file = await (await download).path()
  execFileSync('unzip', ['-tq', file])
  const told = JSON.parse(execFileSync('unzip', ['-p', file, '*/excerpt.json'], { encoding: 'utf8' })) as { from: string; to: string; recordings: { segments: { parts_sha256: string[] }[] }[] }
  expect((Date.parse(told.to) - Date.parse(told.from)) / 1000).toBeCloseTo(6.4, 0)
  expect(told.recordings.map((r) => r.segments.every((s) => s.parts_sha256.every((h) => h.length === 64)))).toEqual([true, true])
  expect(errors).toEqual([])
  await close()
})

it('is certified on paper, for those who may take it away', async () => {
  const { page, errors, close } = await as('judge', `/recordings/${trial.sitting.id}`)
  await page.getByRole('button', { name: '证明书' }).click()
  const dialog = page.getByRole('dialog', { name: '录像证明书' })
  await dialog.getByLabel('出具理由').fill('当庭确认完整性校验值')
  const download = page.waitForEvent('download')
  await dialog.getByRole('button', { name: '出具' }).click()
  const got = await download
  expect(got.suggestedFilename()).toMatch(/黑99民初23号.*证明书\.pdf$/)
  const text = execFileSync('pdftotext', ['-layout', await got.path(), '-'], { encoding: 'utf8' }).replace(/\s/g, '')
  for (const film of await trial.films()) expect(text).toContain(film.id)
  expect(errors).toEqual([])
  await close()
  const auditor = await as('auditor', `/recordings/${trial.sitting.id}`)
  await auditor.page.getByRole('slider', { name: '时间轴' }).waitFor()
  for (const name of ['证明书', '片段', '标记']) expect(await auditor.page.getByRole('button', { name, exact: true }).count(), name).toBe(0)
  await auditor.close()
})
