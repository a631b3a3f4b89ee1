// A party who may look at what was recorded of their hearing: by their link, once the
// hearing is over, with their name over the picture.
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { visit, withBrowser } from './parts/browser'
import { ask, demo } from './parts/court'
import { pictures, Trial } from './parts/film'

let trial: Trial
withBrowser()
beforeAll(async () => {
  trial = await Trial.make()
  await trial.orders('prepare', 'open')
  await trial.until('six seconds of both', (f) => f.length === 2 && f.every((x) => x.length > 6))
}, 180_000)
afterAll(() => trial.end())

const clerk = () => visit(`${trial.hub.url}/hearings/${trial.sitting.id}`, {}, { name: 'clerk', password: demo })

it('plays back by a link that says so, once the hearing is over, under its name', async () => {
  const office = await clerk()
  await office.page.getByRole('button', { name: '刘明的链接', exact: true }).click()
  const dialog = office.page.getByRole('dialog', { name: /^刘明（/ })
  await dialog.getByText('闭庭后可回看庭审录像').click()
  await dialog.getByRole('button', { name: '生成链接' }).click()
  await dialog.getByText('闭庭后可以').waitFor()
  const link = (await dialog.locator('code').first().textContent())!
  const gallery = trial.sitting.participants!.find((p) => p.part === 'gallery')!
  const refused = await ask(office.page, 'POST', `/api/v1/hearings/${trial.sitting.id}/links`, { participant: gallery.id, play_back: true })
  expect(refused.status).toBe(422)
  expect(JSON.stringify(refused.body)).toContain('the public gallery watches')

  // While the hearing lasts nobody plays it back by a link.
  const guest = await visit(link, {}, null)
  const { page } = guest
  await page.getByText('请等候书记员请您进入').waitFor()
  const films = await trial.films()
  expect((await ask(page, 'GET', `/api/v1/recordings/${films[0]!.id}`)).status).toBe(404)
  expect(((await ask(page, 'GET', '/api/v1/recordings')).body as { items: unknown[] }).items).toEqual([])

  await trial.orders('close')
  await page.getByText('庭审已经结束').waitFor()
  await page.getByRole('link', { name: '回看录像' }).click()
  await page.getByRole('article', { name: '第一法庭全景' }).waitFor()
  await page.getByRole('button', { name: '播放', exact: true }).click()
  await expect.poll(() => page.locator('article.tile video').evaluateAll((all) => all.map((v) => (v as HTMLVideoElement).currentTime > 1 && (v as HTMLVideoElement).videoWidth > 0)), { timeout: 20_000 }).toEqual([true, true])
  expect((await pictures(page)).every((n) => n !== null)).toBe(true)
  // Over each picture stands who looks at it, wherever one crops it.
  for (const tile of await page.locator('article.tile').all()) {
    const mark = tile.locator('.watermark')
    expect(await mark.textContent()).toMatch(/刘明 \d{4}-\d{2}-\d{2} \d{2}:\d{2}/)
    expect(await mark.locator('span').count()).toBe(15)
    expect(await mark.evaluate((e) => getComputedStyle(e).pointerEvents)).toBe('none')
  }
  if (process.env['SHOTS']) await page.screenshot({ path: join(process.env['SHOTS'], 'guestfilm.png') })
  // Nothing can be taken away, marked or certified by them.
  for (const name of [/标记/, /截取/, /证书|证明/]) expect(await page.getByRole('button', { name }).count()).toBe(0)
  expect((await ask(page, 'GET', `/api/v1/recordings/${films[0]!.id}/export`)).status).not.toBe(200)
  await page.getByRole('link', { name: '返回庭审' }).click()
  await page.getByText('庭审已经结束').waitFor()

  // It is in the audit, with their name.
  const auditor = await visit(trial.hub.url, {}, { name: 'auditor', password: demo })
  await expect
    .poll(async () => JSON.stringify((await ask(auditor.page, 'GET', '/api/v1/audit?action=play_back')).body), { timeout: 30_000 })
    .toContain('刘明')
  expect([...office.errors, ...guest.errors, ...auditor.errors]).toEqual([])
  for (const v of [office, guest, auditor]) await v.close()
}, 120_000)
