// The sound of a hearing's room in Chromium: at a terminal's browser that nobody touches, at
// the courtroom's loudspeaker, sent twice, and shown where somebody speaks.
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { barriers } from './parts/barriers'
import { fakeDevices, type Visit, visit, withBrowser } from './parts/browser'
import { lead } from './parts/cast'
import { ask, demo, first, type Sitting } from './parts/court'
import { Hub } from './parts/hub'
import { controls, enter, loudness, sees } from './parts/room'

let hub: Hub
let sitting: Sitting
let clerk: Visit, judge: Visit, kiosk: Visit
const part = (part: string) => sitting.participants!.find((p) => p.part === part)!
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()

withBrowser(fakeDevices)
beforeAll(async () => {
  hub = await Hub.make({ demo: true })
  clerk = await visit(hub.url, {}, { name: 'clerk', password: demo })
  sitting = await first(clerk.page, hub)
  const people = sitting.participants!.filter((p) => !['presiding_judge', 'judge', 'assessor', 'clerk'].includes(p.part))
  const items = [...people.map(({ id, name, part }) => ({ id, name, part })), { name: '看守所一号', part: 'terminal', source: 'court-2' }]
  const put = await ask(clerk.page, 'PUT', `/api/v1/hearings/${sitting.id}/participants`, { items })
  expect(put.status, JSON.stringify(put.body)).toBe(200)
  sitting = (await ask(clerk.page, 'GET', `/api/v1/hearings/${sitting.id}`)).body as Sitting
  expect((await ask(clerk.page, 'POST', `/api/v1/hearings/${sitting.id}/commands`, { kind: 'prepare' })).status).toBe(200)
})
afterAll(() => hub.end())

/** sizes are the octets of a packet of sound, on the whole: what a page sends, and what comes, the largest first. */
function sizes(page: Page): Promise<{ out: number; in: number[] }> {
  return page.evaluate(async () => {
    const found = { out: 0, in: [] as number[] }
    for (const pc of (window as unknown as { connections: RTCPeerConnection[] }).connections) {
      ;(await pc.getStats()).forEach((s: { type: string; kind?: string; bytesSent?: number; packetsSent?: number; bytesReceived?: number; packetsReceived?: number }) => {
        if (s.kind !== 'audio') return
        if (s.type === 'outbound-rtp' && s.packetsSent! > 100) found.out = s.bytesSent! / s.packetsSent!
        if (s.type === 'inbound-rtp' && s.packetsReceived! > 100) found.in.push(s.bytesReceived! / s.packetsReceived!)
      })
    }
    found.in.sort((a, b) => b - a)
    return found
  })
}

describe('the sound of a room', () => {
  it('comes out at a terminal that nobody sits at, once it has been admitted', async () => {
    await lead(clerk.page)
    await clerk.page.goto(`${hub.url}/rooms/${sitting.id}`)
    await enter(clerk.page)
    await controls(clerk.page).waitFor()
    const terminal = part('terminal')
    const made = await ask(clerk.page, 'POST', `/api/v1/hearings/${sitting.id}/links`, { participant: terminal.id })
    kiosk = await visit(`${hub.url}/kiosk#${(made.body as { token: string }).token}`, { viewport: { width: 1280, height: 720 } }, null)
    await kiosk.page.getByRole('heading', { name: '等候法庭允许接入' }).waitFor()
    expect(new URL(kiosk.page.url()).hash).toBe('')
    const clerkID = part('clerk').id
    expect(await kiosk.page.locator('audio').count()).toBe(0)
    await press(clerk.page, '允许看守所一号进入')
    await sees(kiosk.page, ['李静', '第一法庭'])
    await expect.poll(() => loudness(kiosk.page, clerkID), { timeout: 20_000 }).toBeGreaterThan(0.02)
    // It is the terminal's loudspeaker, and nobody of its own: once in the list, its own picture at the others.
    await expect.poll(() => clerk.page.getByRole('region', { name: '在场' }).getByRole('listitem').filter({ hasText: '看守所一号' }).count()).toBe(1)
    await sees(clerk.page, ['看守所一号', '第一法庭'])
    expect(await kiosk.page.locator('article').filter({ hasText: '看守所一号' }).count()).toBe(0)
    expect(await barriers(kiosk.page)).toEqual([])
  }, 120_000)

  it('comes out at the courtroom, and the clerk sees that it does', async () => {
    await clerk.page.getByRole('tab', { name: '庭审' }).click()
    judge = await visit(hub.url, {}, { name: 'judge', password: demo })
    await lead(judge.page)
    await judge.page.goto(`${hub.url}/rooms/${sitting.id}`)
    await enter(judge.page)
    await controls(judge.page).waitFor()
    const loud = clerk.page.getByRole('region', { name: '现场扩声' })
    expect(await loud.getByRole('listitem').filter({ hasText: '第一法庭' }).count()).toBe(0)
    await press(judge.page, '开庭')
    await loud.getByRole('listitem').filter({ hasText: '第一法庭' }).getByText('已接通').waitFor()
    await loud.getByRole('listitem').filter({ hasText: '看守所一号' }).getByText('由旁边的浏览器播放').waitFor()
    expect(await barriers(clerk.page)).toEqual([])
  }, 120_000)

  it('is sent twice, both ways', async () => {
    // A microphone is given 40 kbit/s, 100 octets a frame: what is more is the frame before.
    for (const { page } of [clerk, judge]) await expect.poll(async () => (await sizes(page)).out, { timeout: 20_000 }).toBeGreaterThan(115)
    // The camera's sound is made by the hub, 160 octets a frame, and sent once by nobody: two frames and 5 octets of headers come.
    for (const { page } of [clerk, judge]) {
      await expect.poll(async () => (await sizes(page)).in[0], { timeout: 20_000 }).toBeGreaterThan(315)
      expect((await sizes(page)).in[0]).toBeLessThanOrEqual(325)
    }
  }, 120_000)

  it('shows who speaks, before whichever camera', async () => {
    await expect.poll(() => judge.page.locator('article.speaking').count(), { timeout: 30_000 }).toBeGreaterThan(0)
  }, 60_000)

  it('comes back at the terminal by itself', async () => {
    // Both microphones beep alike, and one would be cancelled as the other's echo.
    await press(judge.page, '关闭麦克风')
    await kiosk.page.reload()
    await sees(kiosk.page, ['李静', '第一法庭'])
    await expect.poll(() => loudness(kiosk.page, part('clerk').id), { timeout: 20_000 }).toBeGreaterThan(0.02)
    await press(judge.page, '闭庭')
    await judge.page.getByRole('dialog', { name: '闭庭' }).getByRole('button', { name: '闭庭' }).click()
    await kiosk.page.getByRole('heading', { name: '庭审已结束' }).waitFor()
    expect([clerk, judge, kiosk].flatMap((v) => v.errors)).toEqual([])
    for (const v of [clerk, judge, kiosk]) await v.close()
  }, 120_000)
})
