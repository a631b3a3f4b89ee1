// Who comes by a join link, and the clerk who gave it to them.
import type { Page } from 'playwright-core'
import { create } from 'qrcode'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { logIn, visit, withBrowser } from './parts/browser'
import { ask, day, demo, first, type Sitting } from './parts/court'
import { Hub } from './parts/hub'

let hub: Hub
let sitting: Sitting
let other: Sitting
withBrowser()
beforeAll(async () => {
  hub = await Hub.make({ demo: true })
  const { page, close } = await visit(hub.url, {}, { name: 'clerk', password: demo })
  sitting = await first(page, hub)
  other = (await day(page, hub)).find((h) => h.kind === 'interrogation')!
  await close()
})
afterAll(() => hub.end())

const phone = {
  viewport: { width: 390, height: 844 },
  userAgent: 'Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36',
}
const clerk = () => visit(`${hub.url}/hearings/${sitting.id}`, { permissions: ['clipboard-read', 'clipboard-write'] }, { name: 'clerk', password: demo })
const stranger = (url: string, o = {}) => visit(url, o, null)
const dialogOf = (page: Page, name: string) => page.getByRole('dialog', { name: new RegExp(`^${name}（`) })

/** link opens the dialog of somebody's link. */
async function dialog(page: Page, name: string) {
  await page.getByRole('button', { name: `${name}的链接`, exact: true }).click()
  const d = dialogOf(page, name)
  await d.waitFor()
  return d
}

/** make makes a link by the API, as the clerk on a page. */
async function make(page: Page, name: string, o: Record<string, unknown> = {}): Promise<string> {
  const participant = sitting.participants!.find((p) => p.name === name)!.id
  const made = await ask(page, 'POST', `/api/v1/hearings/${sitting.id}/links`, { participant, ...o })
  expect(made.status).toBe(201)
  return `${hub.url}/join#${(made.body as { token: string }).token}`
}

it('leads one person on one device into one hearing, until it is revoked', async () => {
  const office = await clerk()
  let d = await dialog(office.page, '刘明')
  await d.getByText('首次打开时要求输入 6 位验证码').click()
  await d.getByRole('button', { name: '生成链接' }).click()
  const digits = (await d.locator('.digits').textContent())!
  expect(digits).toMatch(/^\d{6}$/)
  await d.getByRole('button', { name: '复制：链接' }).click()
  const link = await office.page.evaluate(() => navigator.clipboard.readText())
  expect(link).toMatch(new RegExp(`^${hub.url}/join#[A-Za-z0-9_-]{50}$`))
  await d.getByRole('button', { name: '复制：可直接发送的文字' }).click()
  const letter = await office.page.evaluate(() => navigator.clipboard.readText())
  for (const part of ['刘明', '演示中级人民法院', '（2026）黑99民初23号', '您的身份为被告', link, '验证码']) expect(letter).toContain(part)
  expect(letter).not.toContain(digits)
  // The QR code is that of the link: each dark module is drawn once.
  const { modules } = create(link, { errorCorrectionLevel: 'M' })
  const drawn = await d.getByRole('img', { name: '刘明的链接二维码' }).locator('path').getAttribute('d')
  expect(drawn!.split('M').length - 1).toBe(modules.data.reduce((n, m) => n + (m ? 1 : 0), 0))
  await office.page.keyboard.press('Escape')
  await d.waitFor({ state: 'hidden' })

  const guest = await stranger(link, phone)
  await guest.page.getByRole('heading', { name: '请输入验证码' }).waitFor()
  expect(new URL(guest.page.url()).hash).toBe('') // nobody reads it over a shoulder
  await guest.page.getByLabel('6 位验证码').fill(digits === '000000' ? '000001' : '000000')
  await guest.page.keyboard.press('Enter')
  await guest.page.getByText('验证码不正确').waitFor()
  await guest.page.getByLabel('6 位验证码').fill(digits)
  await guest.page.keyboard.press('Enter')
  await guest.page.getByRole('heading', { name: '（2026）黑99民初23号 买卖合同纠纷' }).waitFor()
  for (const text of ['演示中级人民法院', '北京时间', '被告', '第一法庭', '尚未开放候庭']) await guest.page.getByText(text).first().waitFor()
  const ahead = Date.parse(sitting.start) > Date.now() + 60_000 // late in the evening it should have begun
  expect(await guest.page.getByText('距开庭还有').count()).toBe(ahead ? 1 : 0)

  // Nothing else of the hub is theirs.
  expect(await guest.page.getByRole('navigation').count()).toBe(0)
  for (const path of ['/hearings', '/wall', '/account', '/']) {
    await guest.page.goto(hub.url + path, { waitUntil: 'commit' })
    await guest.page.waitForURL((url) => url.pathname === '/join')
  }
  const answers: Record<string, number> = {}
  for (const path of ['/hearings/:own', '/hearings/:own/links', '/hearings/:other', '/cases', '/users', '/courts', '/audit', '/hub', '/sources/court-1']) {
    answers[path] = (await ask(guest.page, 'GET', `/api/v1${path.replace(':own', sitting.id).replace(':other', other.id)}`)).status
  }
  expect(answers).toEqual({
    '/hearings/:own': 200, '/hearings/:own/links': 403, '/hearings/:other': 404, '/cases': 403, '/users': 403, '/courts': 403, '/audit': 403, '/hub': 403, '/sources/court-1': 404,
  })
  expect((await ask(guest.page, 'POST', '/whep/court-1', 'v=0', 'application/sdp')).status).toBe(404)

  // After a reload they are there again; at another device the link opens nothing.
  await guest.page.reload()
  await guest.page.getByRole('heading', { name: '（2026）黑99民初23号 买卖合同纠纷' }).waitFor()
  const thief = await stranger(link)
  await thief.page.getByRole('heading', { name: '链接已在其他设备上使用' }).waitFor()
  expect((await ask(thief.page, 'GET', '/api/v1/me')).status).toBe(401)

  // The clerk sees who is there, and they see what the court does.
  const people = office.page.getByRole('region', { name: '参与人' })
  await people.getByRole('listitem').filter({ hasText: '刘明' }).getByText('在线').waitFor()
  d = await dialog(office.page, '刘明')
  await d.getByText('Chrome 141 · Android').waitFor()
  await d.getByText('127.0.0.1', { exact: true }).waitFor()
  await office.page.keyboard.press('Escape')
  await office.page.getByRole('button', { name: '开放候庭' }).click()
  await guest.page.getByText('请等候书记员请您进入').waitFor({ timeout: 5000 })

  d = await dialog(office.page, '刘明')
  await d.getByRole('button', { name: '撤销链接' }).click()
  const out = guest.page.getByRole('heading', { name: '链接已撤销' }).waitFor({ timeout: 5000 })
  await office.page.getByRole('dialog', { name: '撤销链接' }).getByRole('button', { name: '撤销链接' }).click()
  await out
  expect((await ask(guest.page, 'GET', '/api/v1/me')).status).toBe(401)
  await d.getByText('原来的链接已撤销').waitFor()
  expect([...office.errors, ...guest.errors, ...thief.errors]).toEqual([])
  for (const v of [office, guest, thief]) await v.close()
}, 120_000)

it('is void when another is made', async () => {
  const office = await clerk()
  const old = await make(office.page, '赵晓梅')
  const guest = await stranger(old)
  await guest.page.getByRole('heading', { name: /黑99民初23号/ }).waitFor()
  await office.page.reload()
  const d = await dialog(office.page, '赵晓梅')
  await d.getByRole('button', { name: '重新生成' }).click()
  await d.getByText('原来的链接立即失效').waitFor()
  const out = guest.page.getByRole('heading', { name: '链接已撤销' }).waitFor({ timeout: 5000 })
  await d.getByRole('button', { name: '生成链接' }).click()
  await out
  const link = (await d.locator('code').first().textContent())!
  expect(link).not.toBe(old)
  // It can be pasted over the old one.
  await guest.page.goto(link)
  await guest.page.getByText('证人', { exact: true }).waitFor()
  expect([...office.errors, ...guest.errors]).toEqual([])
  await office.close()
  await guest.close()
}, 120_000)

it('says what is wrong, and what to do', async () => {
  const office = await clerk()
  const inAWeek = new Date(Date.now() + 6 * 86_400_000).toISOString()
  const early = await make(office.page, '何立新', { not_before: inAWeek, not_after: new Date(Date.now() + 7 * 86_400_000).toISOString() })
  const guest = await stranger(early)
  await guest.page.getByRole('heading', { name: '还没有到时间' }).waitFor()
  await guest.page.getByText('律师/代理人 何立新').waitFor()
  await guest.page.goto(`${early.slice(0, -3)}abc`)
  await guest.page.getByRole('heading', { name: '链接无效' }).waitFor()
  await guest.close()
  const nothing = await stranger(`${hub.url}/join`)
  await nothing.page.getByRole('heading', { name: '请打开收到的链接' }).waitFor()
  await nothing.close()

  // A clerk who tries a link does not lose their own log-in, nor the guest the link.
  const link = await make(office.page, '北方粮贸有限公司')
  await office.page.goto(link)
  await office.page.getByRole('heading', { name: '您已登录' }).waitFor()
  await office.page.getByText('您正以李静的身份登录').waitFor()
  await office.page.getByRole('button', { name: '返回我的工作' }).click()
  await office.page.getByRole('heading', { name: '今日庭审' }).waitFor()

  const plaintiff = await stranger(link, { locale: 'en-GB' })
  await plaintiff.page.getByText('plaintiff').waitFor()
  await plaintiff.page.getByRole('button', { name: 'Log out' }).click()
  await plaintiff.page.getByRole('heading', { name: 'You have left' }).waitFor()
  expect((await ask(plaintiff.page, 'GET', '/api/v1/me')).status).toBe(401)
  await plaintiff.page.goto(link) // once more, on the same device
  await plaintiff.page.getByText('plaintiff').waitFor()
  expect([...office.errors, ...plaintiff.errors]).toEqual([])
  await plaintiff.close()
  await office.close()
}, 120_000)

it('comes back by itself after the hub was away', async () => {
  const office = await clerk()
  const link = await make(office.page, '旁听席')
  const guest = await stranger(link, phone)
  await guest.page.getByText('旁听', { exact: true }).waitFor()
  await hub.kill()
  await guest.page.getByText('与服务器的连接已断开').waitFor()
  await hub.start()
  await guest.page.getByText('与服务器的连接已断开').waitFor({ state: 'hidden' })
  await logIn(office.page, hub.url, { name: 'clerk', password: demo })
  const conference = { kind: 'cancel', why: '原告撤诉' }
  expect((await ask(office.page, 'POST', `/api/v1/hearings/${sitting.id}/commands`, conference)).status).toBe(200)
  await guest.page.getByText('这场庭审已取消').waitFor()
  expect(guest.errors).toEqual([])
  await guest.close()
  await office.close()
}, 120_000)
