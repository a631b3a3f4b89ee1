// What each role comes to, what it cannot see, by the pages and by the API behind
// them.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { visit, withBrowser } from './parts/browser'
import { ask, day, demo, first, type Sitting } from './parts/court'
import { Hub } from './parts/hub'
import { watch } from './parts/picture'

let hub: Hub
let sitting: Sitting
let other: Sitting
withBrowser()
beforeAll(async () => {
  hub = await Hub.make({ demo: true })
  const { page, close } = await visit(hub.url, {}, { name: 'clerk', password: demo })
  sitting = await first(page, hub)
  other = (await day(page, hub)).find((h) => h.kind === 'interrogation')!
  await close()
})
afterAll(() => hub.end())

// Each page with what stands on it, for those who may see it.
const pages: Record<string, string> = {
  '/hearings': '今日庭审', '/cases': '案件', '/wall': '画面墙', '/recordings': '录像', '/devices': '设备', '/users': '用户', '/courts': '法院', '/audit': '审计', '/docs': '接口文档',
  '/hearings/new': '安排庭审', '/hearings/import': '导入排期',
}

interface Role {
  lands: string
  menu: string[]
  /** Other pages that are theirs as well. */
  also?: string[]
  /** What the API answers, in the order of requests. */
  api: Record<string, number>
  watch: [number, number, number, number]
}

// Each request, as it would be sent by somebody who does not ask the pages: 403 and
// 404 are refusals, 409 and 422 say that it was allowed and made no sense.
const requests: Record<string, [string, string, unknown?]> = {
  recordings: ['GET', '/api/v1/recordings'], hearings: ['GET', '/api/v1/hearings'], cases: ['GET', '/api/v1/cases'], hearing: ['GET', '/api/v1/hearings/:first'], 'another’s': ['GET', '/api/v1/hearings/:other'],
  links: ['GET', '/api/v1/hearings/:first/links'], command: ['POST', '/api/v1/hearings/:first/commands', { kind: 'file' }], colleagues: ['GET', '/api/v1/courts/demo/colleagues'],
  import: ['POST', '/api/v1/hearings/import?court=demo&preview=true', '案号\n'], users: ['GET', '/api/v1/users'], 'new user': ['POST', '/api/v1/users', { name: 'x' }],
  court: ['POST', '/api/v1/courts', { id: 'demo', name: 'x', parent: 'demo' }], probe: ['POST', '/api/v1/sources/probe', { url: 'nonsense' }], audit: ['GET', '/api/v1/audit'], export: ['GET', '/api/v1/audit.csv?who=none'], metrics: ['GET', '/metrics'],
}

const none = { recordings: 403, hearings: 403, cases: 403, hearing: 404, 'another’s': 404, links: 404, command: 404, colleagues: 403, import: 403, users: 403, 'new user': 403, court: 403, probe: 403, audit: 403, export: 403, metrics: 403 }
const in_ = 400 // a WHEP offer of nonsense: let in, and refused for what it is

const roles: Record<string, Role> = {
  judge: {
    lands: '/hearings', menu: ['庭审', '案件', '画面墙', '录像', '接口文档'], also: ['/hearings/new', '/hearings/import'],
    api: { ...none, recordings: 200, hearings: 200, cases: 200, hearing: 200, links: 200, command: 409, colleagues: 200 }, watch: [in_, 404, 404, 404],
  },
  clerk: {
    lands: '/hearings', menu: ['庭审', '案件', '画面墙', '录像', '接口文档'], also: ['/hearings/new', '/hearings/import'],
    api: { ...none, recordings: 200, hearings: 200, cases: 200, hearing: 200, 'another’s': 200, links: 200, command: 409, colleagues: 200, import: 200 }, watch: [in_, 404, 404, 404],
  },
  inspector: {
    lands: '/wall', menu: ['庭审', '案件', '画面墙', '录像', '接口文档'],
    api: { ...none, recordings: 200, hearings: 200, cases: 200, hearing: 200, 'another’s': 200, links: 403, command: 403 }, watch: [in_, in_, in_, in_],
  },
  duty: { lands: '/wall', menu: ['画面墙', '录像', '接口文档'], api: { ...none, recordings: 200 }, watch: [404, 404, 404, in_] },
  commander: { lands: '/wall', menu: ['画面墙', '录像', '接口文档'], api: { ...none, recordings: 200 }, watch: [404, 404, 404, in_] },
  officer: { lands: '/wall', menu: ['画面墙', '接口文档'], api: none, watch: [404, 404, 404, 404] },
  technician: { lands: '/devices', menu: ['设备', '接口文档'], api: { ...none, probe: 422, metrics: 200 }, watch: [403, 403, 403, 403] },
  auditor: { lands: '/audit', menu: ['录像', '审计', '接口文档'], api: { ...none, recordings: 200, audit: 200, export: 200 }, watch: [404, 404, 404, 404] },
  admin: {
    lands: '/users', menu: ['设备', '用户', '法院', '接口文档'],
    api: { ...none, users: 200, 'new user': 422, court: 422, probe: 422, metrics: 200 }, watch: [403, 403, 403, 403],
  },
}

describe.each(Object.entries(roles))('%s', (name, want) => {
  it('comes to the page of their work, with a menu of what is theirs', async () => {
    const { page, errors, close } = await visit(hub.url, {}, { name, password: demo })
    await page.waitForURL((url) => url.pathname === want.lands)
    await page.getByRole('heading', { name: pages[want.lands]!, exact: true, level: 1 }).waitFor({ state: 'attached' })
    expect(await page.getByRole('navigation', { name: '主导航' }).getByRole('link').allTextContents()).toEqual(want.menu)
    expect(errors).toEqual([])
    await close()
  })

  it('sees the pages that are theirs and no others', async () => {
    const { page, errors, close } = await visit(hub.url, {}, { name, password: demo })
    const theirs = [...Object.keys(pages).filter((p) => want.menu.includes({ ...pages, '/hearings': '庭审' }[p]!)), ...(want.also ?? [])]
    for (const [path, heading] of Object.entries(pages)) {
      await page.goto(hub.url + path, { waitUntil: 'commit' })
      const shown = theirs.includes(path) ? heading : '没有这个页面'
      await page.getByRole('heading', { name: shown, exact: true, level: 1 }).waitFor({ state: 'attached' })
    }
    await page.goto(`${hub.url}/hearings/${sitting.id}`)
    const sees = want.api.hearing === 200 ? `${sitting.case_number} ${sitting.title}` : want.menu.includes('庭审') ? '没有这场庭审' : '没有这个页面'
    await page.getByRole('heading', { name: sees, level: 1 }).waitFor()
    expect(errors).toEqual([])
    await close()
  })

  it('gets from the API what is theirs and nothing else', async () => {
    const { page, close } = await visit(hub.url, {}, { name, password: demo })
    const got: Record<string, number> = {}
    for (const [what, [method, path, body]] of Object.entries(requests)) {
      const to = path.replace(':first', sitting.id).replace(':other', other.id)
      got[what] = (await ask(page, method, to, body, what === 'import' ? 'text/csv' : 'application/json')).status
    }
    expect(got).toEqual(want.api)
    const seen = await Promise.all([1, 2, 3, 4].map(async (n) => (await ask(page, 'POST', `/whep/court-${n}`, 'v=0', 'application/sdp')).status))
    expect(seen).toEqual(want.watch)
    await close()
  })
})

it('shows duty officers the pictures that are theirs and no others', async () => {
  const { page, close } = await visit(hub.url, {}, { name: 'duty', password: demo })
  const tile = page.getByRole('article', { name: '执行指挥中心' })
  expect((await watch(tile, 3)).length).toBe(3)
  expect(await page.getByRole('article', { name: '第一法庭' }).count()).toBe(0)
  await close()
})

it('tells an officer in the field what will be here', async () => {
  const { page, close } = await visit(hub.url, {}, { name: 'officer', password: demo })
  await page.getByText('目前没有您参加的执行行动').waitFor()
  await close()
})

it('brings a strange address back to one’s work', async () => {
  const { page, close } = await visit(`${hub.url}/no-such-page`, {}, { name: 'judge', password: demo })
  await page.getByRole('link', { name: '回到我的工作' }).click()
  await page.getByRole('heading', { name: '今日庭审' }).waitFor()
  await close()
})
