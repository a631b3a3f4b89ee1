// The demo court's day, for tests that work with its hearings.
import type { Page } from 'playwright-core'
import { logIn } from './browser'
import type { Hub } from './hub'

/** demo is the password of all demo users. */
export const demo = 'avhub-demo'

/** Answer is what the API has said. */
export interface Answer {
  status: number
  body: unknown
}

/** ask asks the API as whoever is logged in on a page. */
export function ask(page: Page, method: string, path: string, body?: unknown, type = 'application/json'): Promise<Answer> {
  return page.evaluate(
    async ([m, p, b, t]) => {
      const answer = await fetch(p!, { method: m!, ...(b === undefined ? {} : { body: b, headers: { 'Content-Type': t! } }) })
      const text = await answer.text()
      const isJSON = answer.headers.get('Content-Type')?.includes('json') && text
      return { status: answer.status, body: isJSON ? (JSON.parse(text) as unknown) : text }
    },
    [method, path, body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body), type] as const,
  )
}

/** Sitting is a hearing as the tests need it. */
export interface Sitting {
  id: string
  state: string
  case_number: string
  title: string
  kind: string
  start: string
  participants?: { id: string; name: string; part: string }[]
}

/** day are the hearings of the demo court's today, as its clerk sees them. */
export async function day(page: Page, hub: Hub): Promise<Sitting[]> {
  await logIn(page, hub.url, { name: 'clerk', password: demo })
  const list = (await ask(page, 'GET', '/api/v1/hearings')).body as { items: Sitting[] }
  return list.items
}

/** first is the hearing of the day that everybody tries the hub with, with who takes part. */
export async function first(page: Page, hub: Hub): Promise<Sitting> {
  const found = (await day(page, hub)).find((h) => h.case_number.includes('民初23号'))!
  return (await ask(page, 'GET', `/api/v1/hearings/${found.id}`)).body as Sitting
}

/** choose opens a list with the keyboard and takes an option of it. */
export async function choose(page: Page, field: string, option: string) {
  const box = page.getByRole('combobox', { name: field, exact: true })
  await box.focus()
  await box.press('Enter')
  await page.getByRole('option', { name: option }).locator('visible=true').first().click()
}
