import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll } from 'vitest'

let browser: Browser

/** withBrowser starts Chromium for a file of tests. */
export function withBrowser() {
  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: '/usr/bin/chromium',
      args: ['--no-sandbox', '--autoplay-policy=no-user-gesture-required'],
    })
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

/** visit opens a page as a new user; 1366 by 768, Chinese, unless told. */
export async function visit(url: string, o: BrowserContextOptions = {}): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 1366, height: 768 }, locale: 'zh-CN', ...o })
  const page = await context.newPage()
  const errors: string[] = []
  const hosts = new Set<string>()
  page.on('pageerror', (e) => errors.push(e.message))
  page.on('console', (m) => {
    if (m.type() === 'error' && /Content Security Policy|Uncaught|\[Vue/.test(m.text())) errors.push(m.text())
  })
  page.on('request', (r) => r.url().startsWith('http') && hosts.add(new URL(r.url()).host))
  await page.goto(url)
  return { page, errors, hosts, close: () => context.close() }
}
