// The clerk imports a list of hearings.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { visit, withBrowser } from './parts/browser'
import { ask, demo, type Sitting } from './parts/court'
import { Hub } from './parts/hub'

let hub: Hub
let folder: string
withBrowser()
beforeAll(async () => {
  hub = await Hub.make({ demo: true })
  folder = await mkdtemp(join(tmpdir(), 'avhub-import-'))
})
afterAll(async () => {
  await hub.end()
  await rm(folder, { recursive: true, force: true })
})

const open = (o = {}) => visit(`${hub.url}/hearings/import`, o, { name: 'clerk', password: demo })

/** file writes a list and returns its path. */
async function file(name: string, content: string | Buffer): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, content)
  return path
}

const heads = '案号,案由,日期,开始时间,时长,法庭,类型,是否公开,审判长,书记员,当事人\n'
const good = '（2026）黑99民初201号,借款合同纠纷,2030-05-06,09:00,60,第一法庭,庭审,是,judge,clerk,原告:赵一;被告:钱二\n'

it('shows what is wrong line by line, and enters all together once nothing is', async () => {
  const { page, errors, close } = await open()
  const download = page.waitForEvent('download')
  await page.getByRole('link', { name: '下载模板' }).click()
  expect(await readFile(await (await download).path(), 'utf8')).toMatch(/^\ufeff案号,案由,日期/)

  const bad = heads + good +
    '（2026）黑99民初202号,,2030-05-06,25:00,60,第一法庭,庭审,是,judge,clerk,\n' +
    '2026黑99,,2030-05-06,14:00,60,第九法庭,庭审,也许,nobody,clerk,\n' +
    '（2026）黑99民初203号,,2030-05-06,09:30,60,第一法庭,庭审,是,hefang,,\n'
  const choose = page.locator('input[type=file]')
  await choose.setInputFiles(await file('bad.csv', bad))
  await page.getByText(/有 \d 处错误/).waitFor()
  const problem = async (...parts: string[]) => {
    let row = page.getByRole('row')
    for (const part of parts) row = row.filter({ hasText: part })
    await row.first().waitFor()
  }
  await problem('3', '开始时间', '25:00', '写成 09:00')
  await problem('4', '案号', '2026黑99', '写成（2026）黑11民初23号')
  await problem('4', '法庭', '第九法庭', '本院没有这个场所')
  await problem('4', '是否公开', '也许', '填“是”或“否”')
  await problem('4', '审判长', 'nobody', '不是本院可用的账户')
  await problem('5', '法庭', '该场所 2030-05-06 09:30–10:00 与第 2 行冲突')
  expect(await page.getByRole('button', { name: /^导入 \d+ 场庭审$/ }).isDisabled()).toBe(true)
  expect(((await ask(page, 'GET', '/api/v1/hearings?day=2030-05-06')).body as { items: Sitting[] }).items).toEqual([])

  // Mended, under the same name; saved by a spreadsheet in GB18030 it is read all the same.
  await choose.setInputFiles(await file('bad.csv', heads + good + '（2026）黑99民初203号,,2030-05-06,10:30,60,第一法庭,庭审,是,judge,clerk,\n'))
  await page.getByText('2 行全部无误').waitFor()
  await page.getByRole('row').filter({ hasText: '赵一（原告）、钱二（被告）' }).waitFor()
  await page.getByRole('button', { name: '导入 2 场庭审' }).click()
  await page.getByText('新增 2 场，变更 0 场').waitFor()
  await page.getByRole('link', { name: '查看庭审安排' }).click()
  await page.getByRole('row').filter({ hasText: '黑99民初201号' }).filter({ hasText: '09:00–10:00' }).waitFor()
  await page.getByRole('row').filter({ hasText: '黑99民初203号' }).waitFor()
  expect(errors).toEqual([])
  await close()
}, 120_000)

it('says what to do with a file that is no list', async () => {
  const { page, errors, close } = await open({ locale: 'en-GB' })
  const choose = page.locator('input[type=file]')
  const say = async (name: string, content: string | Buffer, text: string) => {
    await choose.setInputFiles(await file(name, content))
    await page.getByText(text).waitFor()
  }
  await say('book.csv', Buffer.from('PK\x03\x04 workbook', 'latin1'), 'save it as CSV UTF-8')
  await say('photo.csv', Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0x80]), 'The text cannot be read')
  await say('other.csv', 'name,price\na,1\n', 'begin with the template')
  await say('empty.csv', heads, 'There is no hearing in the file')
  await say('large.csv', 'x'.repeat((1 << 20) + 1), 'larger than 1024 KiB')
  expect(errors).toEqual([])
  await close()
})

it('takes a file that is dropped on it', async () => {
  const { page, close } = await open({ viewport: { width: 390, height: 844 } })
  await page.getByText('或把文件拖到这里').waitFor()
  const data = await page.evaluateHandle((text) => {
    const transfer = new DataTransfer()
    transfer.items.add(new File([text], 'list.csv', { type: 'text/csv' }))
    return transfer
  }, heads + good.replaceAll('201', '301').replace('2030-05-06', '2030-06-06'))
  await page.locator('.choose').dispatchEvent('drop', { dataTransfer: data })
  await page.getByText('1 行全部无误').waitFor()
  await close()
})
