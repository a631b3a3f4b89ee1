// Whoever plans and runs hearings: clerk and judge.
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { visit, withBrowser } from './parts/browser'
import { ask, choose, demo, first, type Sitting } from './parts/court'
import { Hub } from './parts/hub'

let hub: Hub
let sitting: Sitting
withBrowser()
beforeAll(async () => {
  hub = await Hub.make({ demo: true })
  const { page, close } = await visit(hub.url, {}, { name: 'clerk', password: demo })
  sitting = await first(page, hub)
  await close()
})
afterAll(() => hub.end())

const as = (name: string, path = '/', o = {}) => visit(hub.url + path, o, { name, password: demo })
const state = (page: Page) => page.locator('.head .chip')
const card = (page: Page, name: string) => page.getByRole('region', { name, exact: true })
const press = (page: Page | Locator, name: string) => page.getByRole('button', { name, exact: true }).click()

it('shows the day by courtroom, with state in words, and finds by case number', async () => {
  const { page, errors, close } = await as('clerk')
  await page.getByRole('heading', { name: '今日庭审' }).waitFor()
  const row = page.getByRole('row').filter({ hasText: '黑99民初23号' })
  await row.getByText('庭审 · 公开').waitFor() // its words have been read
  expect(await row.textContent()).toMatch(/买卖合同纠纷.*庭审 · 公开.*王建国、何芳、李大海、李静.*北方粮贸有限公司 诉 刘明.*已排期/)
  await page.getByRole('rowheader', { name: /第一法庭/ }).waitFor()
  await page.getByRole('row').filter({ hasText: '黑99刑初8号' }).filter({ hasText: '候庭' }).waitFor()
  await page.getByRole('row').filter({ hasText: '黑9902民初105号' }).filter({ hasText: '已取消' }).waitFor()

  await choose(page, '法院', '演示区人民法院')
  await expect.poll(() => page.getByRole('row').filter({ hasText: '黑99民初23号' }).count()).toBe(0)
  await page.getByRole('row').filter({ hasText: '黑9902民初105号' }).waitFor()
  await choose(page, '法院', '全部法院')

  await page.getByRole('button', { name: '后一天' }).click()
  await page.getByRole('heading', { name: '庭审安排' }).waitFor()
  await page.getByRole('row').filter({ hasText: '黑99民终41号' }).filter({ hasText: '09:00–11:00' }).waitFor()
  await page.getByRole('textbox', { name: '按案号、案由或当事人查找' }).fill('2026黑99民初23')
  await page.getByRole('heading', { name: '查找结果' }).waitFor()
  await page.reload() // the search stands in the address
  await page.getByRole('row').filter({ hasText: '黑99民初23号' }).waitFor()
  expect(await page.getByRole('row').filter({ hasText: '黑99民终41号' }).count()).toBe(0)
  await page.getByRole('textbox', { name: '按案号、案由或当事人查找' }).fill('没有这样的案件')
  await page.getByRole('heading', { name: '没有找到“没有这样的案件”' }).waitFor()
  expect(errors).toEqual([])
  await close()
})

it('schedules a hearing in a new case, warned of what it clashes with', async () => {
  const { page, errors, close } = await as('clerk')
  await page.getByRole('link', { name: '安排庭审' }).click()
  const number = page.getByLabel('案号', { exact: true })
  await number.fill('2026黑99民')
  await page.getByText('类型代字之后应为案件编号').waitFor()
  await number.fill('（2026）火99民初1号')
  await page.getByText('年份之后应为法院代字').waitFor()
  await number.fill('(2026) 黑99民初 23号')
  await page.getByText('（2026）黑99民初23号：买卖合同纠纷').waitFor()
  expect(await page.getByLabel('第 1 位的姓名').inputValue()).toBe('北方粮贸有限公司')
  await number.fill('[2026]黑99民初77号')
  await page.getByText('（2026）黑99民初77号：新案件').waitFor()
  await page.getByLabel('案由').fill('承揽合同纠纷')
  await press(page, '增加当事人')
  await page.getByLabel('第 1 方的名称').fill('宏达机械厂')
  await press(page, '增加当事人')
  await page.getByLabel('第 2 方的名称').pressSequentially('周立')
  expect(await page.getByLabel('第 2 位的姓名').inputValue()).toBe('周立')

  const clock = new Date(Date.parse(sitting.start) + 8 * 3_600_000).toISOString() // the court's
  await page.getByLabel('日期', { exact: true }).fill(clock.slice(0, 10))
  await page.getByLabel('开始时间').fill(clock.slice(11, 16))
  await choose(page, '场所', '第一法庭')
  await page.getByRole('list', { name: '本庭设备' }).getByText('第一法庭').waitFor()
  await page.getByText('法庭已被占用').waitFor()
  await choose(page, '第 1 席的人员', '王建国')
  await page.getByText('王建国此时另有庭审').waitFor()
  await page.getByRole('button', { name: '安排庭审', exact: true }).click()
  await page.getByRole('dialog', { name: '法庭已被占用' }).getByRole('button', { name: '取消' }).click()

  await choose(page, '场所', '诉讼服务大厅')
  await expect.poll(() => page.getByText('法庭已被占用').count()).toBe(0)
  await choose(page, '第 2 席的人员', '李静')
  await press(page, '增加参与人')
  await choose(page, '第 3 位的身份', '证人')
  await page.getByLabel('第 3 位的姓名').fill('冯莉')
  await page.getByRole('button', { name: '安排庭审', exact: true }).click()

  await page.getByRole('heading', { name: '（2026）黑99民初77号 承揽合同纠纷' }).waitFor()
  await state(page).getByText('已排期').waitFor()
  for (const who of ['王建国 审判员', '李静 书记员', '宏达机械厂 原告', '周立 被告', '冯莉 证人']) {
    await card(page, '参与人').getByRole('listitem').filter({ hasText: who }).waitFor()
  }
  await card(page, '办理记录').getByText('排期').waitFor()
  expect(await card(page, '办理记录').textContent()).toContain('李静')
  await card(page, '庭审信息').getByRole('link', { name: /黑99民初77号/ }).click()
  await page.getByRole('heading', { name: '（2026）黑99民初77号 承揽合同纠纷' }).waitFor()
  await page.getByRole('region', { name: '当事人' }).getByText('宏达机械厂').waitFor()
  expect(errors).toEqual([])
  await close()
})

it('says what is missing before anything is sent', async () => {
  const { page, close } = await as('clerk', '/hearings/new')
  await page.getByRole('button', { name: '安排庭审', exact: true }).click()
  await page.getByText('这类庭审须有案号').waitFor()
  await choose(page, '类型', '会议')
  await expect.poll(() => page.getByText('这类庭审须有案号').count()).toBe(0)
  await page.getByLabel('标题').fill('庭前会议')
  await page.getByText('主持人', { exact: true }).first().waitFor()
  await page.getByRole('button', { name: '安排庭审', exact: true }).click()
  await page.getByRole('heading', { name: '庭前会议' }).waitFor()
  await close()
})

it('changes, postpones and cancels; each with who, when and why', async () => {
  const { page, errors, close } = await as('clerk')
  const plan = { court: 'demo', kind: 'conference', title: '审前沟通', start: new Date(Date.now() + 86_400_000).toISOString(), minutes: 60, public: false, recorded: false }
  const { id } = (await ask(page, 'POST', '/api/v1/hearings', plan)).body as { id: string }
  await page.goto(`${hub.url}/hearings/${id}`)
  const history = card(page, '办理记录')

  await press(page, '修改')
  await page.getByLabel('标题').fill('审前会议')
  await choose(page, '场所', '诉讼服务大厅')
  await page.getByLabel('原因').fill('合议庭要求')
  await press(page, '保存')
  await page.getByRole('heading', { name: '审前会议' }).waitFor()
  await history.getByText('合议庭要求').waitFor()
  await history.getByText(/标题：审前沟通 → 审前会议/).waitFor()
  await history.getByText(/场所：网上庭审 → 诉讼服务大厅/).waitFor()

  await press(page, '延期')
  let dialog = page.getByRole('dialog', { name: '延期' })
  const send = dialog.getByRole('button', { name: '延期' })
  expect(await send.isDisabled()).toBe(true)
  await dialog.getByLabel('日期').fill('2030-01-02')
  await dialog.getByLabel('原因').fill('当事人申请延期')
  await send.click()
  await history.getByText(/时间：.* → 2030-01-02/).waitFor()
  await page.getByText('2030年1月2日').waitFor()

  await press(page, '取消庭审')
  dialog = page.getByRole('dialog', { name: '取消庭审' })
  await dialog.getByLabel('原因').fill('已经和解')
  await dialog.getByRole('button', { name: '取消庭审' }).click()
  await state(page).getByText('已取消').waitFor()
  await history.getByText('已经和解').waitFor()
  expect(await page.getByRole('button', { name: '修改' }).count()).toBe(0)
  await press(page, '恢复排期')
  dialog = page.getByRole('dialog', { name: '恢复排期' })
  await dialog.getByLabel('原因').fill('和解未成')
  await dialog.getByRole('button', { name: '恢复排期' }).click()
  await state(page).getByText('已排期').waitFor()
  expect(errors).toEqual([])
  await close()
})

describe('a hearing', () => {
  it('is opened at one click and recorded; clerk and judge see each other’s steps at once', async () => {
    const path = `/hearings/${sitting.id}`
    const [judge, clerk] = [await as('judge', path), await as('clerk', path)]
    await press(judge.page, '开放候庭')
    await state(judge.page).getByText('候庭').waitFor()
    await state(clerk.page).getByText('候庭').waitFor()
    await press(judge.page, '开庭')
    await state(judge.page).getByText('开庭中').waitFor()
    await judge.page.getByText('录制中').waitFor()

    await press(clerk.page, '休庭')
    const dialog = clerk.page.getByRole('dialog', { name: '休庭' })
    await dialog.getByText('王建国 · 审判长').waitFor() // whose order it is
    await dialog.getByLabel('原因').fill('证人未到庭')
    await dialog.getByRole('button', { name: '休庭' }).click()
    await state(judge.page).getByText('休庭').waitFor()
    expect(await judge.page.getByText('录制中').count()).toBe(0)
    const line = card(judge.page, '办理记录').getByRole('listitem').first()
    expect(await line.textContent()).toMatch(/\d\d:\d\d.*休庭.*李静 · 依王建国指令.*证人未到庭/)

    await press(judge.page, '继续开庭')
    await state(clerk.page).getByText('开庭中').waitFor()
    await press(judge.page, '不公开质证')
    const closed = judge.page.getByRole('dialog', { name: '不公开质证' })
    await closed.getByLabel('原因').fill('涉及商业秘密')
    await closed.getByText('继续录制，仅旁听人员退出').click()
    await closed.getByRole('button', { name: '不公开质证' }).click()
    await state(clerk.page).getByText('不公开质证').waitFor()
    await clerk.page.getByText('录制中').waitFor()
    await press(judge.page, '继续开庭')
    await press(judge.page, '闭庭')
    await judge.page.getByRole('dialog', { name: '闭庭' }).getByRole('button', { name: '闭庭' }).click()
    await state(clerk.page).getByText('已闭庭').waitFor()
    await press(clerk.page, '归档')
    await clerk.page.getByRole('dialog', { name: '归档' }).getByRole('button', { name: '归档' }).click()
    await state(judge.page).getByText('已归档').waitFor()
    expect(await judge.page.getByRole('button', { name: /开庭|恢复|修改/ }).count()).toBe(0)
    expect([...judge.errors, ...clerk.errors]).toEqual([])
    await judge.close()
    await clerk.close()
  }, 120_000)

  it('that somebody else has changed says so and is shown as it is', async () => {
    const { page, close } = await as('clerk', '/hearings')
    const plan = { court: 'demo', kind: 'conference', title: '碰头会', start: new Date(Date.now() + 86_400_000).toISOString(), minutes: 30, public: false, recorded: false }
    const { id } = (await ask(page, 'POST', '/api/v1/hearings', plan)).body as { id: string }
    // What the page sees is old: it has not been told yet.
    let old = ''
    await page.route(`**/api/v1/hearings/${id}`, async (route) => {
      const answer = await route.fetch()
      old ||= await answer.text()
      await route.fulfill({ response: answer, body: old }).catch(() => {}) // the page has been let go meanwhile
    })
    await page.goto(`${hub.url}/hearings/${id}`)
    await page.getByRole('button', { name: '开放候庭' }).waitFor()
    const other = await as('clerk', `/hearings/${id}`)
    await press(other.page, '开放候庭')
    await state(other.page).getByText('候庭').waitFor()
    await page.getByRole('button', { name: '开放候庭' }).click()
    await page.getByText('庭审状态刚刚发生了变化').waitFor()
    await page.unroute(`**/api/v1/hearings/${id}`)
    await other.close()
    await close()
  }, 120_000)
})

it('is worked with the keyboard alone, in English, on a phone', async () => {
  const { page, errors, close } = await as('clerk', '/', { locale: 'en-GB', viewport: { width: 390, height: 844 } })
  await page.getByRole('heading', { name: 'Today’s hearings' }).waitFor()
  const row = page.getByRole('link', { name: /黑99刑初8号/ }).last()
  await row.focus()
  await page.keyboard.press('Enter')
  const postpone = page.getByRole('button', { name: 'Postpone' })
  await postpone.waitFor()
  await page.getByRole('button', { name: /Change|Open/ }).first().focus()
  while (!(await postpone.evaluate((b) => b === document.activeElement))) await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog', { name: 'Postpone' })
  await dialog.waitFor()
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'hidden' })
  await expect.poll(() => postpone.evaluate((b) => b === document.activeElement)).toBe(true)
  expect(errors).toEqual([])
  await close()
})
