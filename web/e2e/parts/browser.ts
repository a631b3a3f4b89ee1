import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { boss } from './hub'
import type { Machine } from './networks'
import { afterAll, beforeAll } from 'vitest'

let browser: Browser

/** fakeDevices gives a browser a camera and a microphone that beeps, and lets every page use them. */
export const fakeDevices = ['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream']

/** launch starts Chromium; program stands for it where it is to run elsewhere. */
export function launch(program = '/usr/bin/chromium', env: Record<string, string> = {}, more: string[] = []): Promise<Browser> {
  return chromium.launch({
    executablePath: program,
    args: ['--no-sandbox', '--autoplay-policy=no-user-gesture-required', ...more],
    env: { ...(process.env as Record<string, string>), ...env },
  })
}

/** launchOn starts Chromium on another machine of the tests; home is a folder for it alone. */
export async function launchOn(machine: Machine, home: string): Promise<Browser> {
  const program = join(home, 'chromium')
  await writeFile(program, `#!/bin/sh\nexec ${machine.within.join(' ')} /usr/bin/chromium "$@"\n`)
  await chmod(program, 0o755)
  return launch(program, { HOME: home })
}

/** withBrowser starts Chromium for a file of tests, with more arguments than it usually has. */
export function withBrowser(more: string[] = []) {
  beforeAll(async () => {
    browser = await launch(undefined, {}, more)
  })
  afterAll(() => browser.close())
}

/** Visit is an opened page with what went wrong on it. */
export interface Visit {
  page: Page
  /** Errors of scripts, and violations of the page's security policy. */
  errors: string[]
  /** Hosts that were asked for anything. */
  hosts: Set<string>
  close(): Promise<void>
}

/** Who logs in. */
export interface Account {
  name: string
  password: string
}

/** logIn logs in without the page for that. */
export async function logIn(page: Page, url: string, who: Account) {
  await page.goto(new URL('/healthz', url).href)
  const status = await page.evaluate(
    async (body) => (await fetch('/api/v1/login', { method: 'POST', body, headers: { 'Content-Type': 'application/json' } })).status,
    JSON.stringify(who),
  )
  if (status !== 200) throw new Error(`log in as ${who.name}: ${status}`)
}

/**
 * visit opens a page in a new browser, as somebody who is logged in; as the
 * tests' own user, 1366 by 768, in Chinese, unless told; null is a stranger.
 */
export function visit(url: string, o: BrowserContextOptions = {}, as: Account | null = boss): Promise<Visit> {
  return visitBy(browser, url, o, as)
}

/** visitBy opens a page in a browser of the test's own. */
export async function visitBy(browser: Browser, url: string, o: BrowserContextOptions = {}, as: Account | null = boss): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 1366, height: 768 }, locale: 'zh-CN', ...o })
  const page = await context.newPage()
  const errors: string[] = []
  const hosts = new Set<string>()
  page.on('pageerror', (e) => errors.push(e.message))
  page.on('console', (m) => {
    if (m.type() === 'error' && /Content Security Policy|Uncaught|\[Vue/.test(m.text())) errors.push(m.text())
  })
  page.on('request', (r) => r.url().startsWith('http') && hosts.add(new URL(r.url()).host))
  if (as) await logIn(page, url, as)
  await page.goto(url)
  return { page, errors, hosts, close: () => context.close() }
}
