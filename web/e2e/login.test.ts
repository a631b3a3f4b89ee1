// Who may come in, and how.
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { visit, withBrowser } from './parts/browser'
import { Hub } from './parts/hub'

let hub: Hub
withBrowser()
beforeAll(async () => (hub = await Hub.make({ demo: true })))
afterAll(() => hub.end())

const password = 'avhub-demo'

/** ask asks the API as whoever is logged in on a page. */
const ask = (page: Page, path: string) => page.evaluate(async (p) => (await fetch(p)).status, path)

describe('a stranger', () => {
  it('sees the log-in page whatever they ask for, and comes to it after logging in', async () => {
    const { page, errors, close } = await visit(`${hub.url}/devices`, {}, null)
    await page.getByLabel('用户名').fill('technician')
    await page.getByLabel('密码', { exact: true }).fill('a wrong password')
    await page.keyboard.press('Enter')
    await page.getByText('用户名或密码不正确').waitFor()
    expect(await ask(page, '/api/v1/sources')).toBe(401)
    await page.getByLabel('密码', { exact: true }).fill(password)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: '设备' }).waitFor()
    expect(new URL(page.url()).pathname).toBe('/devices')
    expect(errors).toEqual([])
    await close()
  })

  it('gets a cookie that scripts and other sites do not', async () => {
    const { page, close } = await visit(hub.url, {}, { name: 'inspector', password })
    const cookies = await page.context().cookies()
    const session = cookies.find((c) => c.name === '__Host-avhub')!
    expect(session).toMatchObject({ httpOnly: true, secure: true, sameSite: 'Strict', path: '/' })
    expect(session.value.length).toBeGreaterThanOrEqual(43)
    expect(await page.evaluate(() => document.cookie)).toBe('')
    await page.getByRole('button', { name: '退出' }).click()
    await page.getByLabel('用户名').waitFor()
    expect(await ask(page, '/api/v1/me')).toBe(401)
    await page.context().addCookies([session]) // the one from before is worth nothing
    expect(await ask(page, '/api/v1/me')).toBe(401)
    await close()
  })
})

it('makes the first administrator by a link that is good once', async () => {
  const empty = await Hub.make({ people: false })
  const link = await vi.waitFor(() => /http:\S+\/setup#\S+(?=\n)/.exec(empty.log())![0], 5000)
  const { page, errors, close } = await visit(link, {}, null)
  await page.getByLabel('法院名称').fill('黑河市中级人民法院')
  await page.getByLabel('法院标识').fill('heihe')
  await page.getByLabel('管理员姓名').fill('陈伟')
  await page.getByLabel('密码', { exact: true }).fill('heihe12345')
  await page.getByLabel('再次输入密码').fill('heihe12345')
  await page.getByRole('button', { name: '完成设置' }).click()
  await page.getByText('容易被猜到，请换一个').waitFor()
  await page.getByLabel('密码', { exact: true }).fill('lantern orbit 77 quarry')
  await page.getByLabel('再次输入密码').fill('lantern orbit 77 quarry')
  await page.getByRole('button', { name: '完成设置' }).click()
  await page.getByRole('button', { name: '退出' }).waitFor()
  expect(page.url()).not.toContain('#')
  await page.waitForURL((url) => url.pathname !== '/setup')
  await page.goto(link)
  await page.waitForURL((url) => url.pathname !== '/setup')
  expect(errors).toEqual([])
  await close()
  await empty.end()
})
