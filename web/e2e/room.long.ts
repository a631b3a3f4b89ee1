// A hearing held in its room: the clerk and the judge with their accounts, two parties by
// their links, each with a camera and a microphone.
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { barriers } from './parts/barriers'
import { fakeDevices, type Visit, visit, withBrowser } from './parts/browser'
import { ask, demo, first, type Sitting } from './parts/court'
import { Hub } from './parts/hub'
import { controls, enter, loudness, sees, tile } from './parts/room'

let hub: Hub
let sitting: Sitting
let clerk: Visit, judge: Visit, plaintiff: Visit, defendant: Visit
const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true }
const everybody = () => [clerk, judge, plaintiff, defendant]
const part = (part: string) => sitting.participants!.find((p) => p.part === part)!
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()
const said = (page: Page, words: string) => page.getByRole('status').filter({ hasText: words }).waitFor()
/** row is somebody's line in the list of a page. */
const row = (page: Page, name: string) => page.getByRole('region', { name: '在场' }).getByRole('listitem').filter({ hasText: name })

withBrowser(fakeDevices)
beforeAll(async () => {
  hub = await Hub.make({ demo: true })
  clerk = await visit(hub.url, {}, { name: 'clerk', password: demo })
  sitting = await first(clerk.page, hub)
  expect((await ask(clerk.page, 'POST', `/api/v1/hearings/${sitting.id}/commands`, { kind: 'prepare' })).status).toBe(200)
})
afterAll(() => hub.end())

/** link is somebody's join link. */
async function link(part: { id: string }): Promise<string> {
  const made = await ask(clerk.page, 'POST', `/api/v1/hearings/${sitting.id}/links`, { participant: part.id })
  return `${hub.url}/join#${(made.body as { token: string }).token}`
}

describe('a hearing in its room', () => {
  it('is entered by the panel from its page', async () => {
    await clerk.page.goto(`${hub.url}/hearings/${sitting.id}`)
    await clerk.page.getByRole('link', { name: '进入法庭' }).click()
    await clerk.page.getByText('网络良好').or(clerk.page.getByText('网络一般')).waitFor()
    expect(await barriers(clerk.page)).toEqual([])
    await enter(clerk.page)
    await controls(clerk.page).waitFor()
    judge = await visit(`${hub.url}/rooms/${sitting.id}`, {}, { name: 'judge', password: demo })
    await enter(judge.page)
    await sees(judge.page, ['李静', '王建国', '第一法庭'])
    await sees(clerk.page, ['李静', '王建国', '第一法庭'])
  })

  it('is waited for by the parties, whom nobody sees or hears, until the clerk lets them in', async () => {
    plaintiff = await visit(await link(part('plaintiff')), {}, null)
    defendant = await visit(await link(part('defendant')), phone, null)
    for (const { page } of [plaintiff, defendant]) {
      await page.getByRole('link', { name: '进入法庭' }).click()
      await enter(page)
      await page.getByText('书记员已经看到您在等候').waitFor()
      expect(await page.locator('article').count()).toBe(0)
    }
    const door = clerk.page.getByRole('region', { name: '等候进入' })
    await expect.poll(() => door.getByRole('listitem').count()).toBe(2)
    for (const { page } of [clerk, judge]) expect(await tile(page, '刘明').count()).toBe(0)
    await press(clerk.page, `允许${part('plaintiff').name}进入`)
    await controls(plaintiff.page).waitFor()
    await press(clerk.page, '全部允许')
    await controls(defendant.page).waitFor()
  })

  it('is seen and heard by all', async () => {
    for (const { page } of everybody()) {
      await sees(page, ['王建国', '李静', '刘明', part('plaintiff').name])
    }
    for (const { page } of [clerk, judge, plaintiff]) await expect.poll(() => loudness(page, part('defendant').id), { timeout: 20_000 }).toBeGreaterThan(0.02)
    expect(await barriers(clerk.page)).toEqual([])
    expect(await barriers(defendant.page)).toEqual([])
  }, 120_000)

  it('is opened with one press, and all see that it is recorded', async () => {
    await press(judge.page, '开庭')
    for (const { page } of everybody()) await page.getByText('正在录制').first().waitFor()
  })

  it('silences whom the court has muted, until they are asked to speak', async () => {
    await press(clerk.page, '对刘明的操作')
    await row(clerk.page, '刘明').getByRole('button', { name: '静音' }).click()
    await said(defendant.page, '法庭已将您静音')
    await expect.poll(() => loudness(judge.page, part('defendant').id), { timeout: 20_000 }).toBeLessThan(0.005)
    await tile(judge.page, '刘明').getByText('已被法庭静音').waitFor()

    // Their own button changes nothing; the hub itself refuses, too.
    await press(defendant.page, '已被静音')
    await said(defendant.page, '法庭已将您静音')
    await expect.poll(() => loudness(judge.page, part('defendant').id), { timeout: 20_000 }).toBeLessThan(0.005)

    await press(defendant.page, '举手')
    await said(defendant.page, '您已举手，请等候允许')
    const hands = clerk.page.getByRole('region', { name: '举手' })
    await hands.getByRole('button', { name: '请刘明发言' }).click()
    await said(defendant.page, '请您发言，请打开麦克风')
    await hands.waitFor({ state: 'detached' })
    await press(defendant.page, '打开麦克风')
    await said(defendant.page, '现在由您发言')
    await expect.poll(() => loudness(judge.page, part('defendant').id), { timeout: 20_000 }).toBeGreaterThan(0.02)
    await plaintiff.page.getByText('刘明 发言').waitFor()
  }, 120_000)

  it('is marked with one key each', async () => {
    await clerk.page.keyboard.press('F4')
    await clerk.page.getByRole('tab', { name: '标记' }).click()
    await clerk.page.getByRole('listitem').filter({ hasText: '举证' }).waitFor()
  })

  it('carries messages to the clerk and back', async () => {
    await plaintiff.page.getByRole('tab', { name: '消息' }).click()
    await plaintiff.page.getByLabel('写消息').fill('请让我补充证据')
    await plaintiff.page.keyboard.press('Enter')
    await clerk.page.getByRole('tab', { name: '消息' }).click()
    await clerk.page.getByText('请让我补充证据').waitFor()
    await clerk.page.getByLabel('写消息').fill('请在举证时提出')
    await clerk.page.keyboard.press('Enter')
    await plaintiff.page.getByText('请在举证时提出').waitFor()
    expect(await defendant.page.getByText('请让我补充证据').count()).toBe(0)
  })

  it('is gone back to by a reload, without asking anybody', async () => {
    const begin = Date.now()
    await defendant.page.reload()
    await controls(defendant.page).waitFor()
    await sees(defendant.page, ['王建国', '李静'])
    expect(Date.now() - begin).toBeLessThan(20_000)
    await sees(judge.page, ['刘明'])
  })

  it('asks a second window whether it is to be the one', async () => {
    const second = await clerk.page.context().newPage()
    await second.goto(`${hub.url}/rooms/${sitting.id}`)
    await press(second, '进入法庭')
    await second.getByRole('heading', { name: '您已在法庭中' }).waitFor()
    await press(second, '改在这里参加')
    await controls(second).waitFor()
    await clerk.page.getByRole('heading', { name: '您已在另一处进入' }).waitFor()
    await second.close()
    await press(clerk.page, '改在这里参加')
    await controls(clerk.page).waitFor()
    await sees(clerk.page, ['王建国', '刘明'])
  }, 180_000)

  it('ends for all when the judge closes it', async () => {
    await press(judge.page, '闭庭')
    await judge.page.getByRole('dialog', { name: '闭庭' }).getByRole('button', { name: '闭庭' }).click()
    for (const { page } of everybody()) await page.getByRole('heading', { name: '庭审已结束' }).waitFor()
    expect(everybody().flatMap((v) => v.errors)).toEqual([])
    for (const v of everybody()) await v.close()
  })
})
