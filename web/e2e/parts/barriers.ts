// Barriers to people with disabilities, as axe finds them.
import axe from 'axe-core'
import type { Page } from 'playwright-core'

interface Found {
  violations: { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }[]
}

/** barriers are those that axe calls serious, each with what stands in the way. */
export async function barriers(page: Page): Promise<string[]> {
  // What is still fading in has other colours than what stands there.
  await page.waitForFunction(() => document.getAnimations().every((a) => a.playState !== 'running' || a.effect?.getComputedTiming().iterations === Infinity))
  await page.evaluate(axe.source)
  const found = await page.evaluate(() =>
    (window as unknown as { axe: { run(o: unknown): Promise<Found> } }).axe.run({ resultTypes: ['violations'] }),
  )
  return found.violations
    .filter((v) => v.impact === 'serious' || v.impact === 'critical')
    .flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.html} ${n.failureSummary}`))
}
