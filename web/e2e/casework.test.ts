import { execFileSync } from 'node:child_process'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { visit, withBrowser } from './parts/browser'
import { hold, type Person, until } from './parts/hearing'
import { Hub } from './parts/hub'

let hub: Hub, judge: Person, hearing: { id: string; case: string }
withBrowser()
beforeAll(async () => {
  hub = await Hub.make({ demo: true })
  ;({ judge, hearing } = await hold(hub, 6, true))
}, 180_000)
afterAll(() => hub.end())

const as = (name: string) => ({ name, password: 'avhub-demo' })
const shots = process.env['SHOTS']

/** shot keeps pictures of the page for whoever looks at them. */
async function shot(page: Page, name: string) {
  if (!shots) return
  for (const [size, viewport] of [['wide', { width: 1366, height: 768 }], ['phone', { width: 390, height: 844 }]] as const) {
    await page.setViewportSize(viewport)
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.evaluate((dark) => document.documentElement.classList.toggle('dark', dark), colorScheme === 'dark')
      await page.screenshot({ path: join(shots, `${name}-${size}-${colorScheme}.png`) })
    }
  }
  await page.setViewportSize({ width: 1366, height: 768 })
}

it('lets the clerk explain a fault and the presiding judge sign it', async () => {
  const clerk = await visit(`${hub.url}/hearings/${hearing.id}`, {}, as('clerk'))
  const card = clerk.page.getByRole('region', { name: '录像卷宗' })
  await card.getByText('1 处故障缺口待说明或签名').waitFor()
  await card.scrollIntoViewIfNeeded()
  await shot(clerk.page, 'hearing')
  await card.getByRole('button', { name: '缺口说明' }).click()
  const dialog = clerk.page.getByRole('dialog', { name: '缺口说明' })
  await dialog.getByText('系统重启').waitFor()
  await shot(clerk.page, 'gaps-write')
  await dialog.getByLabel('情况说明').fill('机房断电，备用电源启动后恢复录制，期间庭审暂停。')
  await dialog.getByRole('button', { name: '保存说明' }).click()
  await dialog.getByText('待审判长签名').waitFor()
  expect(await dialog.getByRole('button', { name: '签名确认' }).count()).toBe(0)
  expect(clerk.errors).toEqual([])
  await clerk.close()

  const bench = await visit(`${hub.url}/hearings/${hearing.id}`, {}, as('judge'))
  await bench.page.getByRole('button', { name: '缺口说明' }).click()
  const signing = bench.page.getByRole('dialog', { name: '缺口说明' })
  await signing.getByText('机房断电').waitFor()
  await shot(bench.page, 'gaps-sign')
  await signing.getByRole('button', { name: '签名确认' }).click()
  await signing.getByText(/已签名/).waitFor()
  await signing.getByRole('button', { name: '关闭', exact: true }).click()
  await bench.page.getByText('故障缺口均已说明并签名').waitFor()
  expect(bench.errors).toEqual([])
  await bench.close()
})

it('asks for a reason, and hands the case file to the browser’s download', async () => {
  const { page, errors, close } = await visit(`${hub.url}/hearings/${hearing.id}`, {}, as('judge'))
  await page.getByRole('button', { name: '导出卷宗' }).click()
  const dialog = page.getByRole('dialog', { name: '导出卷宗' })
  await dialog.getByText('大小', { exact: true }).waitFor()
  expect(await dialog.getByRole('button', { name: '开始下载' }).isDisabled()).toBe(true)
  await dialog.getByLabel('导出理由').fill('归档')
  await dialog.getByText('附单个 MP4 文件').click()
  await dialog.getByRole('combobox', { name: '合成画面' }).click({ force: true }) // what is chosen lies over it
  await page.getByRole('option', { name: '各路并列' }).click()
  await dialog.getByLabel('水印文字').fill('仅供阅卷')
  expect(await dialog.getByRole('button', { name: '开始下载' }).isDisabled()).toBe(true)
  await dialog.getByRole('button', { name: '生成合成画面' }).click()
  await shot(page, 'export')
  await dialog.getByText('合成画面已就绪').waitFor({ timeout: 120_000 })
  const download = page.waitForEvent('download')
  await dialog.getByRole('button', { name: '开始下载' }).click()
  const got = await download
  expect(got.suggestedFilename()).toMatch(/^（2026）黑99.*\.zip$/)
  const file = await got.path()
  execFileSync('unzip', ['-tq', file])
  expect(execFileSync('unzip', ['-p', file, '*/gaps.html']).toString()).toContain('机房断电')
  const { size } = await stat(file)
  execFileSync('unzip', ['-p', file, '*/composed.mp4'], { maxBuffer: 1 << 28 })
  const listed = execFileSync('unzip', ['-Z1', file], { encoding: 'utf8' })
  expect(listed).toMatch(/\/mp4\/第一法庭\.mp4$/m)
  await dialog.getByText('下载已开始').waitFor()
  expect(errors).toEqual([])
  await close()

  const auditor = await visit(hub.url, {}, as('auditor'))
  await until('the audit has the whole of it', async () => {
    const page = await auditor.page.evaluate(async () => (await fetch('/api/v1/audit?action=export_case&outcome=ended')).json() as Promise<{ items: { detail: Record<string, string> }[] }>)
    return page.items.some((e) => e.detail['whole'] === 'true' && Number(e.detail['bytes']) === size)
  })
  await auditor.close()
}, 180_000)

it('puts a case under a legal hold and lifts it, with reasons', async () => {
  const { page, errors, close } = await visit(`${hub.url}/cases/${hearing.case}`, {}, as('judge'))
  const card = page.getByRole('region', { name: '录像卷宗' })
  await card.getByRole('button', { name: '设置法律保留' }).click()
  const dialog = page.getByRole('dialog', { name: '设置法律保留' })
  await dialog.getByLabel('理由').fill('当事人申请再审')
  await shot(page, 'hold')
  await dialog.getByRole('button', { name: '设置法律保留' }).click()
  await card.getByText('法律保留中').waitFor()
  await card.getByText('当事人申请再审').waitFor()
  await dialog.waitFor({ state: 'hidden' })
  await shot(page, 'case-held')
  await until('it stands in the manifest', async () => {
    const { items } = await judge.get<{ items: { id: string }[] }>(`/recordings?case=${hearing.case}`)
    const one = await judge.get<{ held: { reason: string } | null }>(`/recordings/${items[0]!.id}`)
    return one.held?.reason === '当事人申请再审'
  })
  await dialog.waitFor({ state: 'detached' })
  await card.getByRole('button', { name: '解除法律保留' }).click()
  const lift = page.getByRole('dialog', { name: '解除法律保留' })
  await lift.getByLabel('理由').fill('再审审结')
  await lift.getByRole('button', { name: '解除法律保留' }).click()
  await card.getByText('法律保留中').waitFor({ state: 'hidden' })
  expect(errors).toEqual([])
  await close()
})
