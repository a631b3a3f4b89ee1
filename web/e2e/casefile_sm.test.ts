// A case file whose hub signs by SM2 over SM3 as well: the page in it verifies these too,
// in any browser, with no network.
import { execFileSync } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { visit, withBrowser } from './parts/browser'
import { hold } from './parts/hearing'
import { Hub } from './parts/hub'

let hub: Hub, folder: string, root: string, recording: string
withBrowser()
beforeAll(async () => {
  hub = await Hub.make({ demo: true, config: 'audit: {sm3: true, sm2: true}\n' })
  folder = await mkdtemp(join(tmpdir(), 'avhub-case-sm-'))
  const held = await hold(hub, 5)
  const answer = await fetch(`${hub.url}/api/v1/hearings/${held.hearing.id}/export?movies=true&reason=${encodeURIComponent('归档')}`, { headers: held.judge.headers })
  expect(answer.status).toBe(200)
  const file = join(folder, 'case.zip')
  await writeFile(file, Buffer.from(await answer.arrayBuffer()))
  execFileSync('python3', ['-c', 'import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; z.extractall(sys.argv[2])', file, folder])
  root = join(folder, (await readdir(folder)).find((name) => name.endsWith('号'))!)
  recording = join(root, held.films[0]!.source, held.films[0]!.id)
}, 180_000)
afterAll(async () => {
  await hub.end()
  await rm(folder, { recursive: true, force: true })
})

/** verified chooses the folder on the page, and returns what it says. */
async function verified(page: Page): Promise<string> {
  await page.locator('#folder').setInputFiles(root)
  await page.getByText('校验完毕').waitFor()
  return (await page.locator('#report tbody tr').allTextContents()).join('\n')
}

const open = () => visit(pathToFileURL(join(root, 'player.html')).href, { offline: true }, null)

it('is verified by SM2 and SM3 with no network, and what is forged is named', async () => {
  const { page, errors, hosts, close } = await open()
  const whole = await verified(page)
  expect(whole).toMatch(/完整 whole/)
  expect(whole).toMatch(/[1-9]\d* 个 SM2 签名/)
  const header = JSON.parse((await readFile(join(recording, 'manifest.jsonl'), 'utf8')).split('\n', 1)[0]!) as { body: { sm2: string } }
  expect(whole).toContain(header.body.sm2)
  // The other signature and the other hashes are good: these are found by SM2 and SM3 alone.
  const swap = (text: string, n: number) => text.slice(0, n) + (text[n] === 'A' ? 'B' : 'A') + text.slice(n + 1)
  const changes: [string, (text: string) => string, RegExp][] = [
    ['head.json', (text) => text.replace(/"sm2": "([^"]+)"/, (_, s: string) => `"sm2": "${swap(s, 20)}"`), /head\.json：SM2 签名不符/],
    ['head.json', (text) => text.replace(/"hash_sm3": "../, (m) => m.slice(0, -2) + 'zz'), /head\.json：SM3 与清单不符/],
    ['seal.json', (text) => text.replace(/"value_sm3": "../, (m) => m.slice(0, -2) + 'zz'), /SM3 完整性校验值不符/],
  ]
  for (const [name, change, want] of changes) {
    const file = join(recording, name)
    const was = await readFile(file, 'utf8')
    const forged = change(was)
    expect(forged, name).not.toBe(was)
    await writeFile(file, forged)
    expect(await verified(page), `${name} forged`).toMatch(want)
    await writeFile(file, was)
  }
  expect(await verified(page)).not.toMatch(/不符/)
  expect(errors).toEqual([])
  expect([...hosts]).toEqual([])
  await close()
})

it('computes SM3 as its standard does, and takes no signature but the right one', async () => {
  const { page, close } = await open()
  const sums = await page.evaluate(() => {
    const own = (0, eval)('(t) => new SM3().update(new TextEncoder().encode(t)).hex()') as (t: string) => string
    return [own('abc'), own('abcd'.repeat(16))]
  })
  // GB/T 32905, appendix A
  expect(sums).toEqual(['66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0', 'debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732'])
  const head = JSON.parse(await readFile(join(recording, 'head.json'), 'utf8')) as { id: string; n: number; hash_sm3: string; sm2: string }
  const header = JSON.parse((await readFile(join(recording, 'manifest.jsonl'), 'utf8')).split('\n', 1)[0]!) as { body: { sm2: string; id: string } }
  const tried = await page.evaluate(([key, text, signature]) => {
    const verify = (0, eval)('SM2.verify') as (key: Uint8Array, text: string, der: Uint8Array) => boolean
    const bytes = (b: string) => Uint8Array.from(atob(b), (c) => c.charCodeAt(0))
    const sig = bytes(signature!)
    const out = [verify(bytes(key!), text!, sig), verify(bytes(key!), text + ' ', sig)]
    for (const at of [0, 1, 3, 4, 20, sig.length - 1]) {
      const bad = sig.slice()
      bad[at]! ^= 1
      out.push(verify(bytes(key!), text!, bad))
    }
    for (const bad of [sig.slice(0, -1), new Uint8Array(0), Uint8Array.of(...sig, 0)]) out.push(verify(bytes(key!), text!, bad))
    const off = bytes(key!)
    off[64]! ^= 1
    out.push(verify(off, text!, sig))
    return out
  }, [header.body.sm2, `avhub-ledger/1 head sm2\n${header.body.id}\n${head.n}\n${head.hash_sm3}\n`, head.sm2])
  expect(tried).toEqual([true, ...Array<boolean>(tried.length - 1).fill(false)])
  await close()
})
