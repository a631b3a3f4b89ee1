// A hub that other machines reach: its authority is installed as its page says,
// and then pictures play over the network without a warning.
import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { boss, Hub } from './parts/hub'
import { launchOn, visitBy } from './parts/browser'
import { Camera } from './parts/camera'
import { type Machine, Networks } from './parts/networks'
import { watch } from './parts/picture'

let networks: Networks
let camera: Camera
let hub: Hub
let home: string
const browsers: Browser[] = []

beforeAll(async () => {
  networks = Networks.make()
  home = await mkdtemp(join(tmpdir(), 'avhub-home-'))
  camera = await Camera.makeAt(networks.hub.within, 'yard=demo:court-1')
  hub = await Hub.on(networks.hub, { config: `sources: [{id: yard, name: 法庭外, court: heihe, url: "${camera.url('yard')}"}]\n` })
})
afterAll(async () => {
  for (const b of browsers) await b.close()
  await hub.end()
  await camera.kill()
  networks.end()
  await rm(home, { recursive: true, force: true })
})

/** browserOn is Chromium on another machine, with a home of its own. */
async function browserOn(machine: Machine): Promise<Browser> {
  const browser = await launchOn(machine, home)
  browsers.push(browser)
  return browser
}

it('warns whoever has not installed the authority, and then no more', async () => {
  const stranger = await browserOn(networks.user)
  const page = await (await stranger.newContext()).newPage()
  await expect(page.goto(hub.url)).rejects.toThrow('ERR_CERT_AUTHORITY_INVALID')

  // As somebody who goes on in spite of the warning: the page, its fingerprint, the download.
  const first = await visitBy(stranger, `${hub.url}/login`, { ignoreHTTPSErrors: true }, null)
  await first.page.getByRole('link', { name: /安装本系统的证书/ }).click()
  await first.page.getByRole('heading', { name: '安装本系统的证书' }).waitFor()
  const shown = await first.page.getByText(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/).innerText()
  expect(hub.log(), 'the log has the same fingerprint').toContain(shown)
  expect(hub.run(['doctor'], '', [1, 0]), 'doctor has it too').toContain(shown)
  for (const name of ['Windows', 'Mac', 'iPhone / iPad', '安卓 / 鸿蒙', 'Firefox', 'Linux']) {
    await first.page.getByRole('button', { name, exact: true }).click()
    expect(await first.page.locator('ol li').count(), name).toBeGreaterThan(2)
  }
  await first.page.getByRole('img', { name: /手机扫一扫/ }).waitFor()
  const [download] = await Promise.all([first.page.waitForEvent('download'), first.page.getByRole('link', { name: '下载 avhub-ca.pem' }).click()])
  const file = join(home, download.suggestedFilename())
  await download.saveAs(file)
  expect(first.errors).toEqual([])
  await first.close()

  // Chromium on Linux keeps what its user has installed here.
  const store = join(home, '.pki', 'nssdb')
  await mkdir(store, { recursive: true })
  execFileSync('certutil', ['-d', `sql:${store}`, '-N', '--empty-password'])
  execFileSync('certutil', ['-d', `sql:${store}`, '-A', '-t', 'C,,', '-n', 'avhub', '-i', file])
  const trusting = await browserOn(networks.user)
  const { page: wall, errors, close } = await visitBy(trusting, hub.url, {}, boss)
  expect(await wall.evaluate(() => isSecureContext)).toBe(true)
  const seen = await watch(wall.getByRole('article', { name: '法庭外' }), 10)
  expect(seen.length).toBe(10)
  expect(seen[9]!.frame, 'it moves').not.toBe(seen[0]!.frame)
  const session = (await wall.context().cookies()).find((c) => c.name === '__Host-avhub')!
  expect(session).toMatchObject({ secure: true, httpOnly: true, sameSite: 'Strict' })
  expect(await wall.getByText('仅限本机访问').count()).toBe(0)
  expect(errors).toEqual([])

  // Typed without a scheme or with the wrong one: the hub sends on.
  await wall.goto(hub.url.replace('https:', 'http:'))
  expect(wall.url()).toMatch(/^https:/)
  await close()
})

it('plays by rtsps, and by rtsp with a digest, but takes no token in the clear', async () => {
  const frames = (url: string) => {
    const [program, ...rest] = [...networks.user.within, 'ffmpeg', '-v', 'error', '-rtsp_transport', 'tcp', '-i', url, '-map', '0:v', '-frames:v', '5', '-f', 'framehash', '-']
    return execFileSync(program!, rest, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).split('\n').filter((l) => /^0,/.test(l)).length
  }
  const clear = hub.rtsp.replace('rtsps:', 'rtsp:')
  expect(frames(`${hub.rtsp}/yard?token=${hub.token}`), 'a token within TLS').toBe(5)
  expect(frames(`${clear.replace('://', `://${boss.name}:${hub.token}@`)}/yard`), 'a digest in the clear').toBe(5)
  expect(() => frames(`${clear}/yard?token=${hub.token}`), 'a token in the clear').toThrow('401')
  await vi.waitFor(() => expect(hub.log()).toContain('came over the network in the clear'))
  expect(hub.log()).not.toContain(hub.token)
})
