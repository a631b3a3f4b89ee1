// Logging in through the court's identity provider, which is at another site.
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { boss, Hub } from './parts/hub'
import { visit, withBrowser } from './parts/browser'
import { Provider } from './parts/provider'

let provider: Provider
let hub: Hub
const wang = { sub: '1001', preferred_username: 'wang', name: '王建国', roles: ['auditors'] }
const li = { sub: '1002', preferred_username: 'li', name: '李静', roles: [] }
const chen = { sub: '1003', preferred_username: boss.name, name: '陈伟', roles: ['auditors'] }

withBrowser()
beforeAll(async () => {
  provider = await Provider.make([wang, li, chen])
  hub = await Hub.make({
    config: `oidc: {issuer: "${provider.issuer}", client_id: "${provider.client.id}", client_secret: "${provider.client.secret}", name: 全省法院统一身份认证,
  roles: [{value: auditors, role: auditor, court: heihe}]}\n`,
  })
})
afterAll(() => hub.end())

it('comes from another site to the page that was wanted, and leaves both', async () => {
  const { page, errors, close } = await visit(`${hub.url}/audit`, {}, null)
  await page.getByRole('link', { name: '通过全省法院统一身份认证登录' }).click()
  await page.getByRole('link', { name: '王建国' }).click()
  await page.getByRole('heading', { name: '审计' }).waitFor()
  expect(new URL(page.url()).pathname).toBe('/audit')
  const cookies = await page.context().cookies(hub.url)
  expect(cookies.find((c) => c.name === '__Host-avhub')).toMatchObject({ sameSite: 'Strict', httpOnly: true, secure: true })
  expect(cookies.find((c) => c.name === '__Host-avhub-oidc')).toMatchObject({ sameSite: 'Lax', httpOnly: true, secure: true })
  await page.getByTitle('我的账户').click()
  const card = page.getByRole('region', { name: '全省法院统一身份认证' })
  await card.getByText('已关联').waitFor()
  expect(await card.getByRole('button').count(), 'nobody could log in any more').toBe(0)
  await page.getByRole('button', { name: '退出' }).click()
  await page.getByLabel('用户名').waitFor()
  expect(provider.left).toEqual([`${hub.url}/login`])
  expect(errors).toEqual([])
  await close()
})

it.each([
  ['李静', '您在本系统中还没有角色'],
  ['陈伟', '本系统已有同名账户'],
  ['取消', '登录已被取消'],
])('says why %s does not get in', async (who, words) => {
  const { page, close } = await visit(`${hub.url}/login`, {}, null)
  await page.getByRole('link', { name: /统一身份认证登录/ }).click()
  await page.getByRole('link', { name: who }).click()
  await page.getByRole('alert').getByText(words).waitFor()
  expect(new URL(page.url()).pathname).toBe('/login')
  await close()
})

it('links an account whose owner has shown the password', async () => {
  const { page, errors, close } = await visit(`${hub.url}/account`)
  const card = page.getByRole('region', { name: '全省法院统一身份认证' })
  await card.getByText('未关联').waitFor()
  await card.getByRole('button', { name: '关联' }).click()
  await card.getByLabel('当前密码').fill('not the password')
  await card.getByRole('button', { name: '前往关联' }).click()
  await card.getByText('当前密码不正确').waitFor()
  await card.getByLabel('当前密码').fill(boss.password)
  await card.getByRole('button', { name: '前往关联' }).click()
  await page.getByRole('link', { name: '陈伟' }).click()
  await card.getByText('已关联', { exact: true }).waitFor()
  expect(page.url()).toBe(`${hub.url}/account`)
  await card.getByRole('button', { name: '解除关联' }).click()
  await card.getByLabel('当前密码').fill(boss.password)
  await card.getByRole('button', { name: '解除关联' }).click()
  await card.getByText('未关联').waitFor()
  expect(errors).toEqual([])
  await close()
})

it('keeps people by password when the provider is away', async () => {
  await provider.end()
  // The hub knows the provider already; a hub that starts now does not.
  await hub.kill()
  await hub.start()
  const { page, close } = await visit(`${hub.url}/login`, {}, null)
  await page.getByRole('link', { name: /统一身份认证登录/ }).click()
  await page.getByRole('alert').getByText('暂时无法访问').waitFor()
  await page.getByLabel('用户名').fill(boss.name)
  await page.getByLabel('密码', { exact: true }).fill(boss.password)
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: '退出' }).waitFor()
  await vi.waitFor(() => expect(hub.log()).toContain('identity provider'))
  expect(hub.log()).not.toContain(provider.client.secret)
  await close()
})
