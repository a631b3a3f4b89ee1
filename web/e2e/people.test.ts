// The administrator, and those whose accounts they keep.
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { logIn, visit, withBrowser } from './parts/browser'
import { ask, choose, demo } from './parts/court'
import { Hub } from './parts/hub'
import { watch } from './parts/picture'
import { totp } from './parts/totp'

let hub: Hub
withBrowser()
beforeAll(async () => (hub = await Hub.make({ demo: true })))
afterAll(() => hub.end())

const admin = (path = '/users') => visit(hub.url + path, {}, { name: 'admin', password: demo })
const row = (page: Page, name: string) => page.getByRole('row').filter({ hasText: name })
const part = (page: Page, name: string) => page.getByRole('dialog').getByRole('region', { name, exact: true })

async function edit(page: Page, name: string) {
  await page.getByRole('button', { name: `编辑${name}`, exact: true }).click()
  await page.getByRole('dialog', { name }).waitFor()
}

/** enter logs in by the page; what comes then is for the caller. */
async function enter(page: Page, name: string, password: string) {
  await page.getByLabel('用户名').fill(name)
  await page.getByLabel('密码', { exact: true }).fill(password)
  await page.keyboard.press('Enter')
}

it('adds a user, who has to choose a password of their own and comes to their work', async () => {
  const { page, errors, close } = await admin()
  await page.getByText('共 11 个账户').waitFor()
  await page.getByRole('button', { name: '添加用户' }).click()
  const drawer = page.getByRole('dialog', { name: '添加用户' })
  const send = drawer.getByRole('button', { name: '添加用户' })
  await drawer.getByLabel('姓名').fill('林晓')
  await drawer.getByLabel('用户名').fill('Lin Xiao')
  await choose(page, '第 1 个角色', '书记员')
  await choose(page, '第 1 个角色的法院', '演示区人民法院')
  expect(await send.isDisabled()).toBe(true)
  await drawer.getByLabel('初始密码').first().fill('avhub12345')
  await send.click()
  await drawer.getByText('2 to 32 small letters').waitFor()
  await drawer.getByLabel('用户名').fill('linxiao')
  await send.click()
  await drawer.getByText('容易被猜到').waitFor()
  await drawer.getByRole('button', { name: '生成' }).click()
  await drawer.getByRole('button', { name: '增加角色' }).click()
  await choose(page, '第 2 个角色', '技术员')
  await send.click()
  await drawer.getByText('账户已添加').waitFor()
  const [name, password] = await drawer.locator('code').allTextContents()
  expect(name).toBe('linxiao')
  await drawer.getByRole('button', { name: '我已告知' }).click()
  await row(page, '林晓').getByText('待改密码').waitFor()
  for (const role of ['书记员 演示区人民法院', '技术员 演示中级人民法院']) expect(await row(page, '林晓').textContent()).toContain(role)

  const lin = await visit(hub.url, {}, null)
  await enter(lin.page, 'linxiao', password!)
  await lin.page.getByLabel('当前密码').fill(password!)
  await lin.page.getByLabel('新密码').fill('granite walnut 38 kettle')
  await lin.page.getByLabel('再次输入密码').fill('granite walnut 38 kettle')
  await lin.page.keyboard.press('Enter')
  await lin.page.getByRole('heading', { name: '今日庭审' }).waitFor()
  expect((await ask(lin.page, 'GET', '/api/v1/users')).status).toBe(403)
  await page.reload()
  await row(page, '林晓').getByText('正常').waitFor()

  // The filter: by role and court.
  await choose(page, '角色', '技术员')
  await expect.poll(() => page.getByRole('row').count()).toBe(3)
  await choose(page, '法院', '演示区人民法院')
  await page.getByRole('heading', { name: '没有符合条件的用户' }).waitFor()
  expect([...errors, ...lin.errors]).toEqual([])
  await close()
  await lin.close()
}, 120_000)

it('disables an account, whose pictures end at once, and enables it again', async () => {
  const inspector = await visit(hub.url, {}, { name: 'inspector', password: demo })
  await watch(inspector.page.getByRole('article', { name: '第一法庭' }), 3)
  const { page, errors, close } = await admin()
  await edit(page, '张敏')
  await part(page, '登录').getByRole('button', { name: '停用' }).click()
  const out = inspector.page.getByLabel('用户名').waitFor({ timeout: 4000 })
  await page.getByRole('dialog', { name: '停用' }).getByRole('button', { name: '停用' }).click()
  await out
  expect(await inspector.page.locator('video').count()).toBe(0)
  await row(page, '张敏').getByText('已停用').waitFor()
  await enter(inspector.page, 'inspector', demo)
  await inspector.page.getByText('用户名或密码不正确').waitFor()
  await part(page, '登录').getByRole('button', { name: '启用' }).click()
  await row(page, '张敏').getByText('正常').waitFor()
  await enter(inspector.page, 'inspector', demo)
  await inspector.page.getByRole('article', { name: '第一法庭' }).waitFor()
  expect(errors).toEqual([])
  await close()
  await inspector.close()
})

it('takes a role: its pages and pictures are gone', async () => {
  const commander = await visit(hub.url, {}, { name: 'commander', password: demo })
  await watch(commander.page.getByRole('article', { name: '执行指挥中心' }), 3)
  const { page, close } = await admin()
  await edit(page, '孙立')
  await choose(page, '第 1 个角色', '审计员')
  await page.getByRole('dialog').getByRole('button', { name: '保存' }).click()
  await row(page, '孙立').getByText('审计员').waitFor()
  await expect.poll(() => commander.page.locator('video').count(), { timeout: 5000 }).toBe(0)
  await commander.page.goto(hub.url)
  await commander.page.getByRole('heading', { name: '审计' }).waitFor()
  expect((await ask(commander.page, 'POST', '/whep/court-4', 'v=0', 'application/sdp')).status).toBe(404)
  await close()
  await commander.close()
})

it('resets a password, and lets in again who has tried wrong ones too often', async () => {
  const { page, errors, close } = await admin()
  await edit(page, '马超')
  await part(page, '登录').getByRole('button', { name: '重设密码' }).click()
  await part(page, '登录').getByRole('button', { name: '生成' }).click()
  await part(page, '登录').locator('form').getByRole('button', { name: '重设密码' }).click()
  await page.getByText('密码已重设').first().waitFor()
  const [, password] = await part(page, '登录').locator('code').allTextContents()
  await part(page, '登录').getByRole('button', { name: '我已告知' }).click()

  const ma = await visit(hub.url, {}, null)
  for (let n = 0; n < 3; n++) {
    await enter(ma.page, 'machao', `wrong ${n}`)
    await ma.page.getByText('用户名或密码不正确').waitFor()
    await expect.poll(() => ma.page.getByLabel('密码', { exact: true }).inputValue()).toBe('')
  }
  await enter(ma.page, 'machao', password!)
  await ma.page.getByText('尝试次数过多').waitFor()
  await page.reload()
  await row(page, '马超').getByText('登录受限至').waitFor()
  await edit(page, '马超')
  await part(page, '登录').getByRole('button', { name: '解除限制' }).click()
  await row(page, '马超').getByText('待改密码').waitFor()
  await enter(ma.page, 'machao', password!)
  await ma.page.getByText('此密码由他人设置').waitFor()
  expect(errors).toEqual([])
  await close()
  await ma.close()
})

it('sees and ends the log-ins and tokens of others, and turns off a second factor of a lost phone', async () => {
  const technician = await visit(hub.url, {}, { name: 'technician', password: demo })
  const token = (await ask(technician.page, 'POST', '/api/v1/me/tokens', { name: '一庭编码器', scopes: ['publish:court-1'], days: 30 })).body as { token: string }
  const secret = ((await ask(technician.page, 'POST', '/api/v1/me/second-factor')).body as { secret: string }).secret
  expect((await ask(technician.page, 'PUT', '/api/v1/me/second-factor', { secret, code: totp(secret), password: demo })).status).toBe(200)
  const asToken = async () => (await fetch(`${hub.url}/api/v1/me`, { headers: { Authorization: `Bearer ${token.token}` } })).status
  expect(await asToken()).toBe(200)

  const { page, errors, close } = await admin()
  await edit(page, '吴刚')
  const tokens = part(page, '接口令牌').getByRole('listitem').filter({ hasText: '一庭编码器' })
  await tokens.getByText('推流 court-1').waitFor()
  await tokens.getByRole('button', { name: '结束：一庭编码器' }).click()
  await page.getByRole('dialog', { name: '停用令牌' }).getByRole('button', { name: '结束' }).click()
  await part(page, '接口令牌').getByText('还没有令牌').waitFor()
  expect(await asToken()).toBe(401)

  const logIns = part(page, '已登录的浏览器')
  const out = technician.page.getByLabel('用户名').waitFor({ timeout: 4000 })
  await logIns.getByRole('button', { name: /^结束：/ }).first().click()
  await out
  await logIns.getByText('目前没有登录').waitFor()
  await row(page, '吴刚').getByText('已开启').waitFor()
  await part(page, '登录').getByRole('button', { name: '关闭二次验证' }).click()
  await page.getByRole('dialog', { name: '关闭二次验证' }).getByRole('button', { name: '关闭二次验证' }).click()
  await page.getByText('二次验证已关闭').waitFor()
  await logIn(technician.page, hub.url, { name: 'technician', password: demo }) // fails if a code is asked for
  expect((await ask(technician.page, 'GET', '/api/v1/sources')).status).toBe(200)
  expect(errors).toEqual([])
  await close()
  await technician.close()
})

it('builds the tree of courts with its places, and devices in them', async () => {
  const { page, errors, close } = await admin('/courts')
  const tree = page.getByRole('navigation', { name: '法院' })
  await page.getByRole('button', { name: '添加法院' }).click()
  let dialog = page.getByRole('dialog', { name: '添加法院' })
  await dialog.getByLabel('法院名称').fill('演示县人民法院')
  await dialog.getByLabel('编号').fill('demo-county')
  await dialog.getByRole('button', { name: '保存' }).click()
  await page.getByRole('heading', { name: '演示县人民法院' }).waitFor()
  expect((await tree.getByRole('link').allTextContents()).filter((name) => name.startsWith('演示'))).toEqual(['演示中级人民法院', '演示区人民法院', '演示县人民法院'])
  await page.getByText('隶属演示中级人民法院').waitFor()

  await page.getByRole('button', { name: '添加场所' }).click()
  dialog = page.getByRole('dialog', { name: '添加场所' })
  await dialog.getByLabel('名称').fill('第一法庭')
  await dialog.getByLabel('编号').fill('county-1')
  await dialog.getByRole('button', { name: '保存' }).click()
  const place = page.getByRole('region', { name: '场所与设备' }).getByRole('listitem').filter({ hasText: 'county-1' })
  await place.getByText('没有设备').waitFor()

  await place.getByRole('link', { name: '在第一法庭添加设备' }).click()
  const drawer = page.getByRole('dialog', { name: '添加设备' })
  await drawer.getByText('演示县人民法院').waitFor()
  await drawer.getByText('推流：编码器发送到服务器').click()
  await drawer.getByLabel('编号').fill('county-cam')
  await drawer.getByLabel('名称').fill('审判台机位')
  await drawer.getByRole('button', { name: '保存' }).click()
  await drawer.waitFor({ state: 'hidden' })
  await page.goto(`${hub.url}/courts/demo-county`)
  await place.getByText('审判台机位').waitFor()
  await place.getByText('编码器尚未推流').waitFor()

  await page.getByRole('button', { name: '修改', exact: true }).click()
  dialog = page.getByRole('dialog', { name: '修改' })
  await dialog.getByLabel('法院名称').fill('演示县法院')
  await choose(page, '上级法院', '演示区人民法院')
  await dialog.getByRole('button', { name: '保存' }).click()
  await page.getByText('隶属演示区人民法院').waitFor()

  await page.getByRole('button', { name: '删除', exact: true }).first().click()
  await page.getByRole('dialog', { name: '删除法院' }).getByRole('button', { name: '删除' }).click()
  await page.getByText('“演示县法院”仍有下级法院、场所').waitFor()
  await place.getByRole('button', { name: '删除第一法庭' }).click()
  await page.getByText('其中的 1 台设备会保留').waitFor()
  await page.getByRole('dialog', { name: '删除场所' }).getByRole('button', { name: '删除' }).click()
  await page.getByText('未指定场所的设备').waitFor()
  await page.getByRole('button', { name: '删除', exact: true }).first().click()
  await page.getByRole('dialog', { name: '删除法院' }).getByRole('button', { name: '删除' }).click()
  await expect.poll(() => tree.getByRole('link', { name: '演示' }).count()).toBe(2)
  expect(errors).toEqual([])
  await close()
}, 120_000)
