import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { spawnSync } from 'node:child_process'
import { it } from 'vitest'
import { colours, come } from './parts/cast'
import { demo, type Sitting } from './parts/court'
import { type Film, Person } from './parts/hearing'
import { Hub } from './parts/hub'
import { controls, enter } from './parts/room'

it('debug', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'avhub-cast-'))
  const hub = await Hub.make({ demo: true })
  const desk = await Person.of(hub, { name: 'clerk', password: demo })
  const day = await desk.get<{ items: Sitting[] }>('/hearings')
  const sitting = await desk.get<Sitting>(`/hearings/${day.items.find((h) => h.case_number.includes('民初23号'))!.id}`)
  await desk.ask('POST', `/hearings/${sitting.id}/commands`, { kind: 'prepare' })
  const a = []
  for (const who of ['judge', 'clerk'] as const) {
    const x = await come(who, folder, `${hub.url}/rooms/${sitting.id}`, {}, { name: who, password: demo })
    x.page.on('console', (m) => console.log(who, m.text()))
    x.page.on('websocket', (ws) => {
      ws.on('framesent', (f) => console.log(new Date().toISOString(), who, 'sent', String(f.payload).slice(0, 150)))
      ws.on('framereceived', (f) => console.log(new Date().toISOString(), who, 'got', String(f.payload).slice(0, 300)))
      ws.on('close', () => console.log(who, 'closed'))
    })
    await enter(x.page)
    await controls(x.page).waitFor()
    a.push(x)
  }
  await a[0]!.page.waitForTimeout(4000)
  for (const x of a) console.log(x.who, await colours(x.page))
  await a[0]!.page.getByRole('button', { name: '开庭', exact: true }).click()
  await a[0]!.page.waitForTimeout(5000)
  console.log('-------------- kill')
  await hub.kill()
  await hub.start()
  console.log('-------------- started')
  await a[0]!.page.waitForTimeout(15000)
  for (const x of a) {
    console.log(x.who, await colours(x.page))
    console.log(await x.page.evaluate(() => (globalThis as unknown as { connections: RTCPeerConnection[] }).connections.map((c) => [c.connectionState, c.iceConnectionState, c.signalingState])))
    await x.page.screenshot({ path: `/tmp/dbg-${x.who}.png` })
  }
  console.log(hub.log())
  await a[0]!.page.waitForTimeout(5000)
  await desk.ask('POST', `/hearings/${sitting.id}/commands`, { kind: 'close' })
  await a[0]!.page.waitForTimeout(5000)
  const made = (await desk.get<{ items: Film[] }>(`/recordings?hearing=${sitting.id}`)).items
  for (const f of made) {
    const done = spawnSync('/work/main/bin/avhub', ['verify', hub.film(f.source, f.id)], { encoding: 'utf8' })
    console.log(done.status, done.stdout, done.stderr)
  }
  for (const x of a) await x.end()
  spawnSync('cp', ['-r', (hub as unknown as { folder: string }).folder, '/tmp/dbg-data'])
  await hub.end()
}, 300_000)
