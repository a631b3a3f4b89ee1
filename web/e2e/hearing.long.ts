// A hearing from the join links to the sealed record: five browsers, each with a picture
// and a tone of its own, a phone, a bad network and a way by the relay alone among them,
// two cameras in the courtroom, and a hub that is killed in the middle.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Camera } from './parts/camera'
import { type Actor, colours, come, looks, tones, type Who } from './parts/cast'
import { ask, demo, type Sitting } from './parts/court'
import { type Film, firstOf, Person } from './parts/hearing'
import { Hub } from './parts/hub'
import { Path } from './parts/path'
import { freePort } from './parts/program'
import { controls, enter, sees, tile } from './parts/room'

const patience = 60_000
let folder: string
let hub: Hub
let second: Camera
let path: Path
let sitting: Sitting
let desk: Person
const actors = {} as Record<Who, Actor>
const all = () => Object.values(actors)

/** names as they stand on the tiles. */
const names: Record<Who, string> = { judge: '王建国', clerk: '李静', plaintiff: '北方粮贸有限公司', defendant: '刘明', lawyer: '何立新' }
const rooms = ['第一法庭', '第一法庭全景']
const person = (who: Who) => sitting.participants!.find((p) => p.name === names[who])!.id
const press = (who: Who, name: string) => actors[who].page.getByRole('button', { name, exact: true }).click()

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'avhub-cast-'))
  hub = await Hub.make({ demo: true, config: `webrtc: {turn: {listen: "127.0.0.1:${await freePort()}"}}\n` })
  second = await Camera.make('yard=demo:court-3')
  await hub.add({ id: 'court-1-wide', name: '第一法庭全景', court: 'demo', site: 'courtroom', record: 'in_session', site_id: 'court-1', url: second.url('yard'), sub_url: second.url('yard_sub') })
  path = await Path.to(hub.media)
  path.loss = 5
  path.delay = 50
  desk = await Person.of(hub, { name: 'clerk', password: demo })
  sitting = await firstOf(desk)
  await desk.ask('POST', `/hearings/${sitting.id}/commands`, { kind: 'prepare' })
}, patience)
afterAll(async () => {
  for (const a of all()) await a.end()
  await hub.end()
  await second?.kill()
  path?.end()
  await rm(folder, { recursive: true, force: true })
})

/** link is somebody's join link. */
async function link(who: Who): Promise<string> {
  const { token } = await desk.ask<{ token: string }>('POST', `/hearings/${sitting.id}/links`, { participant: person(who) })
  return `${hub.url}/join#${token}`
}

/** perceive waits until somebody sees and hears these people, each as they are, and no others of the cast. */
async function perceive(who: Who, seen: Who[], heard: Who[]) {
  const { page } = actors[who]
  const looked = async () => {
    const shown = await colours(page)
    return (Object.keys(looks) as Who[]).filter((w) => w !== who && Object.entries(shown).some(([label, c]) => label.includes(names[w]) && c === looks[w].colour))
  }
  await expect.poll(looked, { timeout: patience, message: `${who} sees` }).toEqual(seen.filter((w) => w !== who))
  const listened = async () => {
    const sounds = await tones(page)
    return (Object.keys(looks) as Who[]).filter((w) => w !== who && Math.abs((sounds[person(w)] ?? 0) - looks[w].hz) < 20)
  }
  await expect.poll(listened, { timeout: patience, message: `${who} hears` }).toEqual(heard.filter((w) => w !== who))
}

const everybody: Who[] = ['judge', 'clerk', 'plaintiff', 'defendant', 'lawyer']
const without = (...who: Who[]) => everybody.filter((w) => !who.includes(w))

describe('a hearing', () => {
  it('is prepared: the panel goes in, the others come by their links and wait, seen and heard by nobody', async () => {
    for (const who of ['judge', 'clerk'] as const) {
      actors[who] = await come(who, folder, `${hub.url}/rooms/${sitting.id}`, {}, { name: who, password: demo })
      await enter(actors[who].page)
      await controls(actors[who].page).waitFor()
    }
    const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true }
    actors.plaintiff = await come('plaintiff', folder, await link('plaintiff'), {}, null, { path })
    actors.defendant = await come('defendant', folder, await link('defendant'), phone)
    actors.lawyer = await come('lawyer', folder, await link('lawyer'), {}, null, { relay: true })
    for (const who of ['plaintiff', 'defendant', 'lawyer'] as const) {
      const { page } = actors[who]
      await page.getByRole('link', { name: '进入法庭' }).click()
      await enter(page)
      await page.getByText('书记员已经看到您在等候').waitFor()
      expect(await page.locator('article, audio[data-stream]').count(), `${who} sees and hears nothing`).toBe(0)
    }
    await perceive('judge', ['clerk'], ['clerk'])
    await sees(actors.judge.page, rooms)
    for (const who of ['plaintiff', 'defendant', 'lawyer'] as const) expect(await tile(actors.judge.page, names[who]).count()).toBe(0)
  }, 5 * patience)

  it('begins: the clerk lets all in, and each sees and hears each', async () => {
    await press('clerk', '全部允许')
    for (const a of all()) await controls(a.page).waitFor()
    for (const who of everybody) {
      await perceive(who, everybody, everybody)
      await sees(actors[who].page, rooms)
    }
  }, 8 * patience)

  it('is under way by the ways that there are: a bad network, and the relay', async () => {
    const way = await actors.lawyer.page.evaluate(async () => {
      const { connections } = globalThis as unknown as { connections: RTCPeerConnection[] }
      const stats = await connections.filter((c) => c.connectionState === 'connected').at(-1)!.getStats()
      for (const s of stats.values()) if (s.type === 'transport') return stats.get(stats.get(s.selectedCandidatePairId).localCandidateId).candidateType as string
      return 'none'
    })
    expect(way).toBe('relay')
    expect(path.lost).toBeGreaterThan(50)
  })

  it('is opened by the judge alone, and recorded before all eyes', async () => {
    for (const who of ['plaintiff', 'defendant', 'lawyer'] as const) {
      expect(await actors[who].page.getByRole('button', { name: '开庭', exact: true }).count()).toBe(0)
      const refused = await ask(actors[who].page, 'POST', `/api/v1/hearings/${sitting.id}/commands`, { kind: 'open' })
      expect([401, 403, 404], `${who}: ${JSON.stringify(refused.body)}`).toContain(refused.status)
    }
    await press('judge', '开庭')
    for (const a of all()) await a.page.getByText('正在录制').first().waitFor()
  })

  it('silences whom the clerk mutes, for all', async () => {
    await actors.clerk.page.getByRole('button', { name: '对刘明的操作', exact: true }).click()
    await actors.clerk.page.getByRole('region', { name: '在场' }).getByRole('listitem').filter({ hasText: '刘明' }).getByRole('button', { name: '静音' }).click()
    for (const who of without('defendant')) await perceive(who, everybody, without('defendant'))
  }, 5 * patience)

  it('goes on after the hub was killed: all are back in the same state', async () => {
    await hub.kill()
    for (const a of all()) await a.page.getByText('正在重新连接').first().waitFor()
    await hub.start()
    const since = Date.now()
    await Promise.all(all().map((a) => a.page.getByText(/正在重新连接|正在恢复/).first().waitFor({ state: 'detached' })))
    const back = Date.now() - since
    expect(back).toBeLessThan(5000)
    for (const a of all()) await a.page.getByText('正在录制').first().waitFor()
    await Promise.all(all().map((a) => sees(a.page, rooms)))
    process.stdout.write(`all are back ${back} ms after the hub, and seen to see the cameras ${Date.now() - since} ms after it\n`)
    for (const who of without('defendant')) await perceive(who, everybody, without('defendant'))
    for (const a of all()) await sees(a.page, rooms)
    await tile(actors.judge.page, '刘明').getByText('已被法庭静音').waitFor()
  }, 8 * patience)

  it('is closed by the judge: the record is whole, sealed and filed under the case', async () => {
    await press('judge', '闭庭')
    await actors.judge.page.getByRole('dialog', { name: '闭庭' }).getByRole('button', { name: '闭庭' }).click()
    for (const a of all()) await a.page.getByRole('heading', { name: '庭审已结束' }).waitFor()
    const films = async () => (await desk.get<{ items: (Film & { case: string; set: string })[] }>(`/recordings?hearing=${sitting.id}`)).items
    await expect.poll(async () => (await films()).every((f) => f.sealed), { timeout: patience }).toBe(true)
    const made = await films()
    expect(made.map((f) => f.source).sort()).toEqual(['court-1', 'court-1-wide', ...everybody.map(person)].sort())
    for (const f of made) expect(hub.run(['verify', hub.film(f.source, f.id)]), f.source).toMatch(/^whole|: whole/m)
    for (const f of made) expect(hub.run(['verify', hub.film(f.source, f.id)]), f.source).toMatch(/hub_restart/)
    expect(all().flatMap((a) => a.errors)).toEqual([])
  }, 3 * patience)
})
