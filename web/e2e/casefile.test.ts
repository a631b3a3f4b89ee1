import { execFileSync } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { visit, withBrowser } from './parts/browser'
import { hold, type Film } from './parts/hearing'
import { Hub } from './parts/hub'

let hub: Hub, folder: string, root: string, films: Film[]
withBrowser()
beforeAll(async () => {
  hub = await Hub.make({ demo: true })
  folder = await mkdtemp(join(tmpdir(), 'avhub-case-'))
  const held = await hold(hub, 12)
  films = held.films
  const file = join(folder, 'case.zip')
  const answer = await fetch(`${hub.url}/api/v1/hearings/${held.hearing.id}/export?reason=${encodeURIComponent('归档')}`, { headers: held.judge.headers })
  expect(answer.status).toBe(200)
  await writeFile(file, Buffer.from(await answer.arrayBuffer()))
  execFileSync('unzip', ['-tq', file])
  execFileSync('python3', ['-c', 'import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; z.extractall(sys.argv[2])', file, folder])
  root = join(folder, (await readdir(folder)).find((name) => name.endsWith('号'))!)
}, 180_000)
afterAll(async () => {
  await hub.end()
  await rm(folder, { recursive: true, force: true })
})

/** offline opens the case file's page from the disk, with no network. */
async function offline() {
  const v = await visit(pathToFileURL(join(root, 'player.html')).href, { offline: true }, null)
  return v
}

/** verified chooses the folder on the page, and returns what it says of each recording. */
async function verified(page: Page): Promise<string[]> {
  await page.locator('#folder').setInputFiles(root)
  await page.getByText('校验完毕').waitFor()
  return page.locator('#report tbody tr').allTextContents()
}

/** segments are the files of all recordings. */
async function segments(): Promise<string[]> {
  const found = await readdir(root, { recursive: true })
  return found.filter((name) => name.endsWith('.mp4')).map((name) => join(root, name)).sort()
}

it('plays without a network', async () => {
  const { page, errors, hosts, close } = await offline()
  await page.getByText(/（2026）黑99/).first().waitFor()
  await page.getByRole('button', { name: '播放 Play' }).click()
  await page.waitForFunction(() => [...document.querySelectorAll('video')].every((v) => v.currentTime > 2 && v.videoWidth > 0 && v.getVideoPlaybackQuality().totalVideoFrames > 10))
  await page.getByRole('button', { name: '暂停 Pause' }).click()
  await page.locator('#bar').click({ position: { x: 400, y: 10 } })
  await page.waitForFunction(() => [...document.querySelectorAll('video')].some((v) => v.paused && v.currentTime > 4 && !v.seeking))
  await page.getByRole('cell', { name: /休庭/ }).first().waitFor()
  if (process.env['SHOTS']) await page.screenshot({ path: join(process.env['SHOTS'], 'casefile.png'), fullPage: true })
  expect(errors).toEqual([])
  expect([...hosts]).toEqual([])
  await close()
})

it('verifies every byte offline, and names what was changed, cut off, swapped or forged', async () => {
  const { page, errors, close } = await offline()
  const whole = await verified(page)
  expect(whole).toHaveLength(films.length)
  for (const film of films) {
    const said = whole.find((text) => text.includes(film.id))!
    expect(said).toMatch(/完整 whole/)
    expect(said).toMatch(/[1-9]\d* 个签名/)
    expect(said).toContain(film.value)
  }
  if (process.env['SHOTS']) await page.screenshot({ path: join(process.env['SHOTS'], 'casefile-verified.png'), fullPage: true })

  const [first] = await segments()
  const changes: [string, (raw: Buffer) => Buffer, RegExp][] = [
    [first!, (raw) => raw.fill(raw[1234]! ^ 1, 1234, 1235), /000001\.mp4 已被改动/],
    [first!, (raw) => raw.subarray(0, raw.length - 1), /000001\.mp4 已被改动/],
    [join(first!, '../manifest.jsonl'), (raw) => Buffer.from(raw.toString().replace('"keyframe":true', '"keyframe":tRue')), /无法读取/],
    [join(first!, '../manifest.jsonl'), (raw) => Buffer.from(raw.toString().replace('"part_ms":500', '"part_ms":501')), /不衔接|签名不符/],
    [join(first!, '../manifest.jsonl'), (raw) => Buffer.from(raw.toString().split('\n').slice(0, -3).join('\n') + '\n'), /截断或改写/],
    [join(first!, '../seal.json'), (raw) => Buffer.from(raw.toString().replace(/"value":\s*"../, (m) => m.slice(0, -2) + 'ff')), /完整性校验值不符/],
  ]
  for (const [file, change, want] of changes) {
    const was = await readFile(file)
    await writeFile(file, change(Buffer.from(was)))
    const said = (await verified(page)).join('\n')
    expect(said, `${file} changed`).toMatch(want)
    await writeFile(file, was)
  }
  await writeFile(join(first!, '../000077.mp4'), 'forged')
  expect((await verified(page)).join('\n')).toMatch(/000077\.mp4 不在清单内/)
  await rm(join(first!, '../000077.mp4'))
  await writeFile(first! + '.away', await readFile(first!))
  await rm(first!)
  expect((await verified(page)).join('\n')).toMatch(/000001\.mp4 缺失/)
  await writeFile(first!, await readFile(first! + '.away'))
  await rm(first! + '.away')
  expect((await verified(page)).join('\n')).not.toMatch(/已被改动|缺失|不符/)
  expect(errors).toEqual([])
  await close()
})

it('has its own SHA-256, for browsers without one and for files beyond memory', async () => {
  const { page, close } = await offline()
  const sums = await page.evaluate(async () => {
    const hex = (b: ArrayBuffer) => [...new Uint8Array(b)].map((v) => v.toString(16).padStart(2, '0')).join('')
    const out: [string, string][] = []
    for (const n of [0, 1, 55, 56, 63, 64, 65, 119, 120, 1000, 65537, 3_000_001]) {
      const data = Uint8Array.from({ length: n }, (_, i) => (i * 31 + n) & 255)
      const own = (0, eval)('(d) => { const h = new SHA256(); for (let i = 0; i < d.length; i += 977) h.update(d.subarray(i, i + 977)); return h.hex() }') as (d: Uint8Array) => string
      out.push([own(data), hex(await crypto.subtle.digest('SHA-256', data))])
    }
    return out
  })
  for (const [own, want] of sums) expect(own).toBe(want)
  await close()
})

it('is played by ffmpeg, and lists its files for players', async () => {
  for (const film of films) {
    const list = (await readFile(join(root, film.source, `${film.id}.m3u8`), 'utf8')).split('\n').filter((line) => line && !line.startsWith('#'))
    expect(list.map((name) => join(root, film.source, name))).toEqual((await segments()).filter((name) => name.includes(film.id)))
  }
  for (const file of await segments()) {
    const out = execFileSync('ffprobe', ['-v', 'error', '-count_packets', '-select_streams', 'v', '-show_entries', 'stream=nb_read_packets', '-of', 'csv=p=0', file]).toString()
    expect(Number(out.trim().split('\n')[0])).toBeGreaterThan(0)
    execFileSync('ffmpeg', ['-nostdin', '-v', 'error', '-xerror', '-i', file, '-f', 'null', '-'])
  }
})
