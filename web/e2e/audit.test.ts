import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { visit, withBrowser } from './parts/browser'
import { Hub } from './parts/hub'
import { watch } from './parts/picture'

let hub: Hub
withBrowser()
beforeAll(async () => (hub = await Hub.make({ demo: true })))
afterAll(() => hub.end())

const password = 'avhub-demo'

it('tells who watched what, when and for how long, and that somebody asked', async () => {
  const inspector = await visit(hub.url, {}, { name: 'inspector', password })
  await watch(inspector.page.getByRole('article', { name: '第一法庭' }), 3)
  await inspector.page.getByRole('button', { name: '退出' }).click()
  await inspector.page.getByLabel('用户名').waitFor()

  const { page, errors, close } = await visit(hub.url, {}, { name: 'auditor', password })
  await page.getByRole('heading', { name: '审计' }).waitFor()
  await page.getByLabel('对象').fill('court-1')
  const row = page.getByRole('row').filter({ hasText: 'court-1' }).filter({ hasText: '观看' })
  await row.filter({ hasText: 'inspector' }).filter({ hasText: '结束' }).waitFor()
  expect(await row.first().textContent()).toMatch(/0:\d\d/)

  await row.first().getByRole('button', { name: 'inspector' }).click()
  await page.getByLabel('对象').fill('')
  await page.getByRole('row').filter({ hasText: '登录' }).filter({ hasText: 'inspector' }).first().waitFor()
  await page.getByRole('row').nth(1).getByRole('button', { name: '详情' }).click()
  await page.getByText('"ledger":').waitFor()

  const download = page.waitForEvent('download')
  await page.getByRole('link', { name: '导出 CSV' }).click()
  const list = await readFile(await (await download).path(), 'utf8')
  expect(list).toContain('court-1')
  await page.getByRole('button', { name: 'Close' }).or(page.locator('.el-tag__close')).first().click()
  await page.getByRole('combobox', { name: '操作' }).click()
  await page.getByRole('option', { name: '查阅审计' }).click()
  await page.getByRole('row').filter({ hasText: 'auditor' }).filter({ hasText: '完成' }).first().waitFor()
  expect(errors).toEqual([])
  await close()
  await inspector.close()
})

it('is for auditors alone', async () => {
  const { page, close } = await visit(`${hub.url}/audit`, {}, { name: 'inspector', password })
  await page.getByRole('heading').first().waitFor()
  expect(await page.getByRole('heading', { name: '审计' }).count()).toBe(0)
  expect(await page.evaluate(async () => (await fetch('/api/v1/audit')).status)).toBe(403)
  await close()
})
