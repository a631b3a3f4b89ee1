// Phones behind bad networks: what is not the pages' port or the relay's is not let
// through, and the picture comes all the same, by the hub's own TURN relay.
import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { launchOn, logIn } from './parts/browser'
import { Camera } from './parts/camera'
import { lead } from './parts/cast'
import { boss, Hub } from './parts/hub'
import { Networks } from './parts/networks'
import { delay, watch } from './parts/picture'

const pages = 8080
const plain = 3478
const secure = 5349

let networks: Networks
let camera: Camera
let hub: Hub
let home: string
let browser: Browser
let desk: Browser
let office: Page

beforeAll(async () => {
  networks = Networks.make()
  home = await mkdtemp(join(tmpdir(), 'avhub-home-'))
  camera = await Camera.makeAt(networks.hub.within, 'yard=demo:court-1')
  hub = await Hub.on(networks.hub, {
    config:
      `webrtc: {turn: {listen: ":${plain}", tls_listen: ":${secure}"}}\n` +
      `sources: [{id: yard, name: 法庭外, court: heihe, url: "${camera.url('yard')}", sub_url: "${camera.url('yard_sub')}"}]\n`,
  })
  // The relay's certificate has to be good, for which no page can make an exception.
  const store = join(home, '.pki', 'nssdb')
  await mkdir(store, { recursive: true })
  const file = join(home, 'avhub-ca.pem')
  desk = await launchOn(networks.user, await mkdtemp(join(home, 'desk-')))
  office = await (await desk.newContext({ ignoreHTTPSErrors: true })).newPage()
  await office.goto(`${hub.url}/healthz`)
  await writeFile(file, await ask('/avhub-ca.pem'))
  execFileSync('certutil', ['-d', `sql:${store}`, '-N', '--empty-password'])
  execFileSync('certutil', ['-d', `sql:${store}`, '-A', '-t', 'C,,', '-n', 'avhub', '-i', file])
  browser = await launchOn(networks.user, home)
})
afterEach(() => networks.letAllIn())
afterAll(async () => {
  await browser.close()
  await desk.close()
  await hub.end()
  await camera.kill()
  networks.end()
  await rm(home, { recursive: true, force: true })
})

/** wall opens the wall; relayOnly has the browser take no other way than a relay. */
async function wall(relayOnly = false): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1366, height: 768 }, locale: 'zh-CN' })
  const page = await context.newPage()
  await lead(page, { relay: relayOnly })
  await logIn(page, hub.url, boss)
  await page.goto(hub.url)
  return page
}

/** way is how the picture comes: the kind of the browser's candidate, and by what it reaches the relay. */
function way(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const { connections } = globalThis as unknown as { connections: RTCPeerConnection[] }
    const open = connections.filter((c) => c.connectionState === 'connected')
    const stats = await open.at(-1)!.getStats()
    for (const s of stats.values()) {
      if (s.type !== 'transport') continue
      const local = stats.get(stats.get(s.selectedCandidatePairId).localCandidateId)
      return [local.candidateType, local.relayProtocol].join(' ')
    }
    return 'none'
  })
}

/** ask fetches from the hub, with the boss's token, as somebody on the user's machine who needs no certificate. */
function ask(path: string): Promise<string> {
  return office.evaluate(async ([path, token]) => (await fetch(path!, { headers: { Authorization: `Bearer ${token}` } })).text(), [path, hub.token])
}

async function figure(name: string): Promise<number> {
  return Number(new RegExp(`^avhub_turn_${name.replace(/[{}]/g, '\\$&')} (\\S+)$`, 'm').exec(await ask('/metrics'))?.[1])
}

async function seesTheYard(page: Page) {
  const seen = await watch(page.getByRole('article', { name: '法庭外' }), 10)
  expect(seen.length).toBe(10)
  expect(seen[9]!.frame, 'it moves').not.toBe(seen[0]!.frame)
  for (const s of seen) {
    expect(delay(s, 15), `frame ${s.frame}`).toBeGreaterThan(-100)
    expect(delay(s, 15), `frame ${s.frame}`).toBeLessThan(3000)
  }
}

it.each([
  ['tcp', { tcp: [pages, plain] }],
  ['tls', { tcp: [pages, secure] }],
  ['udp', { tcp: [pages], udp: [plain] }],
])('the picture comes by the relay where only its %s port is open', async (transport, open) => {
  networks.letIn(open)
  const before = await figure('bytes_total{direction="down"}')
  const page = await wall()
  await seesTheYard(page)
  expect(await way(page)).toBe(`relay ${transport}`)
  await expect.poll(() => figure('bytes_total{direction="down"}'), { timeout: 10_000 }).toBeGreaterThan(before + 20_000)
  expect(await figure('refused_total{why="bandwidth"}')).toBe(0)
  // The page is left: its session ends, and with it its relays and credentials.
  await page.context().close()
  await expect.poll(() => figure('allocations'), { timeout: 10_000 }).toBe(0)
  expect(await figure('sessions')).toBe(0)
})

it('a browser that may take no other way takes the relay', async () => {
  const page = await wall(true)
  await seesTheYard(page)
  expect(await way(page)).toMatch(/^relay (udp|tcp|tls)$/)
  await page.context().close()
})

it('where all is open the relay is not in between', async () => {
  const page = await wall()
  await seesTheYard(page)
  await expect.poll(() => way(page), { timeout: 15_000 }).toMatch(/^(host|prflx|srflx)/)
  await page.context().close()
})

it('nothing but the hub is reached through the relay', async () => {
  const page = await wall()
  await seesTheYard(page)
  const refused = await figure('refused_total{why="peer"}')
  // A peer at the user's own machine: leave for it is refused.
  await page.evaluate(async (address) => {
    const { connections } = globalThis as unknown as { connections: RTCPeerConnection[] }
    const { iceServers } = connections.at(-1)!.getConfiguration()
    const near = new RTCPeerConnection({ iceServers: iceServers!, iceTransportPolicy: 'relay' })
    const far = new RTCPeerConnection()
    near.createDataChannel('x')
    await near.setLocalDescription()
    await far.setRemoteDescription(near.localDescription!)
    await far.setLocalDescription()
    // mDNS hides the machine's address: name it.
    const sdp = far.localDescription!.sdp + `a=candidate:1 1 udp 2130706431 ${address} 40000 typ host\r\n`
    await near.setRemoteDescription({ type: 'answer', sdp })
    Object.assign(globalThis, { near })
  }, networks.user.address)
  await expect.poll(() => figure('refused_total{why="peer"}'), { timeout: 10_000 }).toBeGreaterThan(refused)
  expect(await page.evaluate(() => (globalThis as unknown as { near: RTCPeerConnection }).near.connectionState)).not.toBe('connected')
  await seesTheYard(page)
  await page.context().close()
})
