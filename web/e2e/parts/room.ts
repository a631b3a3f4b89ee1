// What somebody sees and hears in the room of a hearing.
import type { Page } from 'playwright-core'
import { expect } from 'vitest'

/** controls are there once somebody is in. */
export const controls = (page: Page) => page.getByRole('toolbar', { name: '控制' })

export const tile = (page: Page, name: string) => page.locator('article').filter({ hasText: name })

/** enter goes through the check of the devices. */
export async function enter(page: Page) {
  const go = page.getByRole('button', { name: '进入法庭' })
  await page.getByText('麦克风正常').waitFor()
  await go.click()
}

/** pictures counts the frames that each tile has shown. */
export function pictures(page: Page): Promise<Record<string, number>> {
  return page.evaluate(() =>
    Object.fromEntries(
      [...document.querySelectorAll('article')].map((t) => {
        const v = t.querySelector('video')!
        return [t.getAttribute('aria-label')!, v.videoWidth > 0 && !t.querySelector('.cover') ? v.getVideoPlaybackQuality().totalVideoFrames : 0]
      }),
    ),
  )
}

/** sees waits until moving pictures of all are on somebody's page. */
export async function sees(page: Page, names: string[]) {
  await expect.poll(async () => {
    const before = await pictures(page)
    await page.waitForTimeout(500)
    const after = await pictures(page)
    return names.filter((n) => !Object.keys(after).some((label) => label.includes(n) && after[label]! > (before[label] ?? 0) && before[label]! > 0))
  }, { timeout: 30_000 }).toEqual([])
}

/** loudness is the loudest moment of somebody's sound within some seconds, as it comes out at a page: the fake microphone beeps once a second. */
export function loudness(page: Page, stream: string): Promise<number> {
  return page.locator(`audio[data-stream="${stream}"]`).evaluate(async (element) => {
    const context = new AudioContext()
    const analyser = new AnalyserNode(context, { fftSize: 2048 })
    context.createMediaStreamSource((element as HTMLAudioElement).srcObject as MediaStream).connect(analyser)
    const wave = new Float32Array(analyser.fftSize)
    let loudest = 0
    for (const end = performance.now() + 2500; performance.now() < end;) {
      await new Promise((resolve) => setTimeout(resolve, 25))
      analyser.getFloatTimeDomainData(wave)
      loudest = Math.max(loudest, ...wave.map(Math.abs))
    }
    await context.close()
    return loudest
  })
}
