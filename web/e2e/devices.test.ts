import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { visit, withBrowser } from './parts/browser'
import { Camera } from './parts/camera'
import { Hub } from './parts/hub'
import { watch } from './parts/picture'

let hub: Hub
let camera: Camera
withBrowser()
beforeAll(async () => {
  camera = await Camera.make('--user', 'viewer:s3cret-word', 'hall=demo:court-3', 'scene=demo:court-4')
  hub = await Hub.make({
    config: `sources:\n  - id: fixed\n    name: 固定机位\n    url: ${camera.url('hall').replace('//', '//viewer:s3cret-word@')}\n`,
  })
})
afterAll(async () => {
  await hub.end()
  await camera.kill()
})

const withLogin = (name: string, login: string) => camera.url(name).replace('//', `//${login}@`)
const row = (page: Page, name: string) => page.getByRole('row', { name })

describe('the devices page', () => {
  it('tests a camera before it is added, and says what was found or why it failed', async () => {
    const { page, errors, close } = await visit(`${hub.url}/devices`)
    await page.getByRole('button', { name: '添加设备' }).click()
    const drawer = page.getByRole('dialog', { name: '添加设备' })
    const test = drawer.getByRole('button', { name: '测试' }).first()

    await drawer.getByLabel('主码流地址').fill(withLogin('scene', 'viewer:wrong'))
    await test.click()
    await drawer.getByText('用户名或密码不正确').waitFor()

    await drawer.getByLabel('主码流地址').fill(withLogin('nowhere', 'viewer:s3cret-word'))
    await test.click()
    await drawer.getByText('设备上没有这一路码流').waitFor()

    await drawer.getByLabel('主码流地址').fill(withLogin('scene', 'viewer:s3cret-word'))
    await test.click()
    await drawer.getByText('连接成功').waitFor()
    for (const text of ['H.265', '1280 × 720', '25 fps', '2.0 秒', '不含 B 帧', 'AAC', '许多浏览器不能播放 H.265']) {
      await drawer.getByText(text).first().waitFor()
    }
    expect(errors).toEqual([])
    await close()
  })

  it('adds, changes and deletes a device; its picture is on the wall at once', async () => {
    const { page, errors, close } = await visit(`${hub.url}/devices`)
    await page.getByRole('button', { name: '添加设备' }).click()
    let drawer = page.getByRole('dialog', { name: '添加设备' })
    await drawer.getByRole('button', { name: '保存' }).click()
    await drawer.getByText('只能使用小写字母').waitFor()
    await drawer.getByText('地址应以 rtsp:// 或 rtsps:// 开头').waitFor()

    await drawer.getByLabel('编号').fill('hall-1')
    await drawer.getByLabel('名称').fill('立案大厅')
    await drawer.getByLabel('主码流地址').fill(withLogin('hall', 'viewer:s3cret-word'))
    await drawer.getByLabel('子码流地址').fill(withLogin('hall_sub', 'viewer:s3cret-word'))
    await drawer.getByRole('button', { name: '保存' }).click()
    await drawer.waitFor({ state: 'hidden' })
    await row(page, '立案大厅').getByText('正常').waitFor()
    await row(page, '立案大厅').getByText('1280 × 720').waitFor()

    await row(page, '立案大厅').getByRole('button', { name: '编辑' }).click()
    drawer = page.getByRole('dialog', { name: '编辑 立案大厅' })
    expect(await drawer.getByLabel('主码流地址').inputValue()).toBe(withLogin('hall', 'viewer:***'))
    await drawer.getByRole('button', { name: '测试' }).first().click() // with the password that the hub keeps
    await drawer.getByText('连接成功').waitFor()
    await drawer.getByLabel('名称').fill('信访大厅')
    await drawer.getByRole('button', { name: '保存' }).click()
    await row(page, '信访大厅').getByText('正常').waitFor()

    await page.getByRole('link', { name: '画面墙' }).click()
    expect((await watch(page.getByRole('article', { name: '信访大厅' }), 3)).length).toBe(3)

    await page.getByRole('link', { name: '设备' }).click()
    await row(page, '信访大厅').getByRole('button', { name: '删除' }).click()
    await page.getByRole('dialog', { name: '删除设备' }).getByRole('button', { name: '删除' }).click()
    await row(page, '信访大厅').waitFor({ state: 'detached' })
    expect(errors).toEqual([])
    expect(hub.log()).not.toContain('s3cret-word')
    await close()
  })

  it('leaves a device of the configuration file to the file', async () => {
    const { page, close } = await visit(`${hub.url}/devices`)
    await row(page, '固定机位').getByText('由配置文件管理').waitFor()
    // It can be recorded all the same.
    expect(await row(page, '固定机位').getByRole('button').allTextContents()).toEqual(['开始录制'])
    await close()
  })

  it('tells an encoder where to publish to', async () => {
    const { page, close } = await visit(`${hub.url}/devices`)
    await page.getByRole('button', { name: '添加设备' }).click()
    const drawer = page.getByRole('dialog', { name: '添加设备' })
    await drawer.getByText('推流：编码器发送到服务器').click()
    await drawer.getByLabel('编号').fill('van')
    await drawer.getByText(`${hub.url}/whip/van`).waitFor()
    await drawer.getByRole('button', { name: '保存' }).click()
    await row(page, 'van').getByText('编码器尚未推流').waitFor()
    await close()
  })
})

describe('a tile without a picture says why', () => {
  it('in words, for a camera that only sends what no browser plays', async () => {
    await hub.add({ id: 'scene', name: '执行现场', url: withLogin('scene', 'viewer:s3cret-word') })
    const { page, close } = await visit(hub.url)
    const tile = page.getByRole('article', { name: '执行现场' })
    await tile.getByText('此摄像机的画面为 H.265').waitFor()
    await tile.getByRole('button', { name: '立即重试' }).waitFor()
    await close()
  })

  it('in words, for a camera with another password', async () => {
    await hub.add({ id: 'locked', name: '档案室', url: withLogin('hall', 'viewer:old') })
    const { page, close } = await visit(hub.url)
    await page.getByRole('article', { name: '档案室' }).getByText('用户名或密码不正确').waitFor()
    await close()
  })
})
