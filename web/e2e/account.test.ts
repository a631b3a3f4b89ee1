// What people do with their own account.
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { visit, withBrowser } from './parts/browser'
import { Hub } from './parts/hub'
import { watch } from './parts/picture'
import { totp } from './parts/totp'

let hub: Hub
withBrowser()
beforeAll(async () => (hub = await Hub.make({ demo: true })))
afterAll(() => hub.end())

const password = 'avhub-demo'

/** as opens the account of a demo user, who gets there by their name. */
async function as(name: string) {
  const seen = await visit(hub.url, {}, { name, password })
  await seen.page.locator('header a.who').click()
  await seen.page.getByRole('heading', { name: '我的账户' }).waitFor()
  return seen
}

const card = (page: Page, name: string) => page.getByRole('region', { name, exact: true })

async function logOut(page: Page) {
  await page.getByRole('button', { name: '退出' }).click()
  await page.getByLabel('用户名').waitFor()
}

async function logIn(page: Page, name: string, secret: string) {
  await page.getByLabel('用户名').fill(name)
  await page.getByLabel('密码', { exact: true }).fill(secret)
  await page.keyboard.press('Enter')
}

const status = (page: Page, path: string) => page.evaluate(async (p) => (await fetch(p)).status, path)

it('says who one is, and where', async () => {
  const { page, errors, close } = await as('clerk')
  const who = card(page, '我是谁')
  await who.getByText('书记员').waitFor()
  await who.getByText('clerk', { exact: true }).waitFor()
  await who.getByText('法院').waitFor()
  expect(errors).toEqual([])
  await close()
})

it('changes the password, which ends all other log-ins', async () => {
  const other = await visit(hub.url, {}, { name: 'judge', password })
  const { page, errors, close } = await as('judge')
  const form = card(page, '密码')
  await form.getByRole('button', { name: '修改密码' }).click()
  const fill = async (old: string, fresh: string) => {
    await form.getByLabel('当前密码').fill(old)
    await form.getByLabel('新密码').fill(fresh)
    await form.getByLabel('再次输入密码').fill(fresh)
    await page.keyboard.press('Enter')
  }
  await fill('not the password', 'granite walnut 38 kettle')
  await form.getByText('当前密码不正确').waitFor()
  await fill(password, 'granite walnut 38 kettle')
  await page.getByText('密码已修改').waitFor()
  await expect.poll(() => card(page, '已登录的浏览器').getByRole('listitem').count()).toBe(1)
  expect(await status(other.page, '/api/v1/me')).toBe(401)

  await logOut(page)
  await logIn(page, 'judge', password)
  await page.getByText('用户名或密码不正确').waitFor()
  await logIn(page, 'judge', 'granite walnut 38 kettle')
  await page.getByRole('button', { name: '退出' }).waitFor()
  expect(errors).toEqual([])
  await close()
  await other.close()
})

it('turns the second factor on, which is then asked for, and off', async () => {
  const { page, errors, close } = await as('auditor')
  const factor = card(page, '二次验证')
  await factor.getByRole('button', { name: '开启' }).click()
  await factor.getByRole('img', { name: '供验证器扫描的二维码' }).waitFor()
  const secret = (await factor.locator('code').textContent())!.replaceAll(' ', '')
  await factor.getByLabel('应用显示的 6 位验证码').fill(totp(secret))
  await factor.getByLabel('当前密码').fill('not the password')
  await page.keyboard.press('Enter')
  await factor.getByText('当前密码不正确').waitFor()
  await factor.getByLabel('应用显示的 6 位验证码').fill(totp(secret))
  await factor.getByLabel('当前密码').fill(password)
  await page.keyboard.press('Enter')
  await factor.getByText('已开启').waitFor()
  const codes = await factor.locator('ol code').allTextContents()
  expect(new Set(codes).size).toBe(10)
  await page.emulateMedia({ media: 'print' })
  expect(await page.getByText(codes[9]!).isVisible()).toBe(true)
  expect(await page.locator('h1').isVisible()).toBe(false)
  await page.emulateMedia({ media: null })
  await factor.getByRole('button', { name: '我已妥善保存' }).click()
  expect(await factor.getByText(codes[0]!).count()).toBe(0)

  // The code that turned it on is used up; that of the next step is taken already.
  await logOut(page)
  await logIn(page, 'auditor', password)
  await page.getByLabel('验证码').fill(totp(secret, 1))
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: '退出' }).waitFor()

  await logOut(page)
  await logIn(page, 'auditor', password)
  await page.getByLabel('验证码').fill(codes[3]!)
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: '退出' }).waitFor()

  await logOut(page)
  await logIn(page, 'auditor', password)
  await page.getByLabel('验证码').fill(codes[3]!)
  await page.keyboard.press('Enter')
  await page.getByText('验证码不正确或已用过').waitFor()
  await page.getByLabel('验证码').fill(codes[4]!)
  await page.keyboard.press('Enter')
  await page.locator('header a.who').click()

  await factor.getByRole('button', { name: '关闭' }).click()
  await factor.getByLabel('当前密码').fill(password)
  await page.keyboard.press('Enter')
  await factor.getByText('未开启').waitFor()
  await logOut(page)
  await logIn(page, 'auditor', password)
  await page.getByRole('button', { name: '退出' }).waitFor()
  expect(errors).toEqual([])
  await close()
})

it('throws out whoever is logged in elsewhere, picture and all', async () => {
  const phone = await visit(hub.url, { userAgent: 'Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36' }, { name: 'inspector', password })
  await watch(phone.page.getByRole('article', { name: '第一法庭' }), 3)
  const { page, errors, close } = await as('inspector')
  const list = card(page, '已登录的浏览器')
  await list.getByRole('listitem').filter({ hasText: '当前浏览器' }).filter({ hasText: '127.0.0.1' }).waitFor()
  const out = phone.page.getByLabel('用户名').waitFor({ timeout: 2000 })
  await list.getByRole('button', { name: '结束：Chrome 141 · Android' }).click()
  await out
  expect(await phone.page.locator('video').count()).toBe(0)
  await expect.poll(() => list.getByRole('listitem').count()).toBe(1)
  expect(await status(page, '/api/v1/me')).toBe(200)

  const others = [await visit(hub.url, {}, { name: 'inspector', password }), await visit(hub.url, {}, { name: 'inspector', password })]
  await page.reload()
  await list.getByRole('button', { name: '结束其他登录' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '结束', exact: true }).click()
  for (const o of others) await o.page.getByLabel('用户名').waitFor()
  await expect.poll(() => list.getByRole('listitem').count()).toBe(1)
  expect(errors).toEqual([])
  for (const o of [phone, ...others]) await o.close()
  await close()
})

it('makes a token that does what it says and no more, until it is ended', async () => {
  const { page, errors, close } = await as('technician')
  const tokens = card(page, '接口令牌')
  await tokens.getByText('还没有令牌').waitFor()
  await tokens.getByRole('button', { name: '新建令牌' }).click()
  await tokens.getByLabel('名称').fill('一庭编码器')
  expect(await tokens.getByRole('button', { name: '生成令牌' }).isDisabled()).toBe(true)
  await tokens.getByRole('combobox', { name: '选择操作' }).click()
  expect(await page.getByRole('option', { name: '本人账户' }).count()).toBe(0)
  await page.getByRole('option', { name: '推流' }).click()
  await tokens.getByLabel('对象编号').fill('court-1')
  await tokens.getByRole('button', { name: '再加一项' }).click()
  await tokens.getByRole('combobox', { name: '选择操作' }).nth(1).click()
  await page.getByRole('option', { name: '查看状态' }).last().click()
  await tokens.getByRole('button', { name: '生成令牌' }).click()
  await tokens.getByText('“一庭编码器”已生成').waitFor()
  const [token, rtsp, curl] = await tokens.locator('code').allTextContents()
  expect(rtsp).toMatch(new RegExp(`^rtsp://technician:${token}@127\\.0\\.0\\.1:\\d+/court-1$`))
  expect(curl).toContain(`Bearer ${token}`)
  const row = tokens.getByRole('listitem').filter({ hasText: '一庭编码器' })
  await row.getByText('推流 court-1').waitFor()

  const ask = async (path: string) => (await fetch(hub.url + path, { headers: { Authorization: `Bearer ${token}` } })).status
  expect(await ask('/api/v1/sources')).toBe(200)
  expect(await ask('/api/v1/courts')).toBe(403)
  await tokens.getByRole('button', { name: '我已妥善保存' }).click()
  expect(await page.getByText(token!).count()).toBe(0)
  await row.getByRole('button', { name: '结束：一庭编码器' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '取消' }).click()
  expect(await ask('/api/v1/sources')).toBe(200)
  await row.getByRole('button', { name: '结束：一庭编码器' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '结束', exact: true }).click()
  await tokens.getByText('还没有令牌').waitFor()
  expect(await ask('/api/v1/sources')).toBe(401)
  expect(errors).toEqual([])
  await close()
})
