// Reads what a viewer sees and hears: the frame number that the demo clips carry
// as a bar code, and the frequency of their tone.
import type { Locator } from 'playwright-core'

/** The demo clips are a minute long and play on the wall clock. */
const clip = 60_000

/** Seen is one picture: its number, and the time when it was shown. */
export interface Seen {
  frame: number
  at: number
}

/** front is the video element of a tile that is on top. */
export function front(tile: Locator): Locator {
  return tile.locator('video.front')
}

/** readPicture reads the number of the picture that an element shows: white, black, white, black; 16 bits, highest first; even parity. */
function readPicture(v: HTMLVideoElement): number | null {
  const cells = 21
  const canvas = new OffscreenCanvas(cells * 4, 1)
  const ink = canvas.getContext('2d', { willReadFrequently: true })!
  const [w, h] = [v.videoWidth, v.videoHeight]
  ink.drawImage(v, (5.5 / 32) * w, 0.95 * h, (21 / 32) * w, 0.01 * h, 0, 0, cells * 4, 1)
  const { data } = ink.getImageData(0, 0, cells * 4, 1)
  const bits = Array.from({ length: cells }, (_, i) => (data[(i * 4 + 2) * 4]! > 128 ? 1 : 0))
  const ones = bits.slice(4).reduce((a: number, b) => a + b, 0)
  if (bits.slice(0, 4).join('') !== '1010' || ones % 2 !== 0) return null
  return parseInt(bits.slice(4, 20).join(''), 2)
}

/** bring takes the reader into a page. */
export const bring = (at: Locator) => at.page().evaluate(`globalThis.readPicture ??= ${readPicture.toString()}`)

/** watch reads the next pictures of a tile, whichever element shows them; it gives up after 10 s. */
export async function watch(tile: Locator, count: number): Promise<Seen[]> {
  await front(tile).waitFor()
  await bring(tile)
  return tile.evaluate(async (element, count) => {
    // The reader is written once, and comes along in words.
    const read = (globalThis as unknown as { readPicture(v: HTMLVideoElement): number | null }).readPicture
    const seen: { frame: number; at: number }[] = []
    const limit = performance.now() + 10_000
    while (seen.length < count && performance.now() < limit) {
      await new Promise<void>((resolve) => {
        const v = element.querySelector<HTMLVideoElement>('video.front')
        const asked = v?.requestVideoFrameCallback(() => {
          clearTimeout(timer)
          const frame = read(v)
          if (frame !== null) seen.push({ frame, at: Date.now() })
          resolve()
        })
        // An element that went behind shows nothing more.
        const timer = setTimeout(() => {
          if (asked !== undefined) v?.cancelVideoFrameCallback(asked)
          resolve()
        }, 250)
      })
    }
    return seen
  }, count)
}

/** delay is the time in ms from the camera's sending of a picture to the viewer's eye. */
export function delay(seen: Seen, framesPerSecond: number): number {
  const behind = ((seen.at % clip) - (seen.frame * 1000) / framesPerSecond + clip) % clip
  return behind > clip / 2 ? behind - clip : behind
}

/** Heard is what a video element's sound is made of. */
export interface Heard {
  /** Hz of the strongest part */
  frequency: number
  /** from 0 to 1 */
  level: number
}

/** listen measures half a second of sound. */
export async function listen(video: Locator): Promise<Heard> {
  return video.evaluate(async (element) => {
    const context = new AudioContext()
    const source = context.createMediaStreamSource((element as HTMLVideoElement).srcObject as MediaStream)
    const analyser = new AnalyserNode(context, { fftSize: 16384, smoothingTimeConstant: 0 })
    source.connect(analyser)
    const wave = new Float32Array(analyser.fftSize)
    const bins = new Float32Array(analyser.frequencyBinCount)
    const limit = performance.now() + 8000
    let level = 0
    do {
      await new Promise((resolve) => setTimeout(resolve, 500))
      analyser.getFloatTimeDomainData(wave)
      level = Math.sqrt(wave.reduce((sum, x) => sum + x * x, 0) / wave.length)
    } while (level < 0.003 && performance.now() < limit)
    analyser.getFloatFrequencyData(bins)
    let best = 1
    for (let i = 1; i < bins.length; i++) if (bins[i]! > bins[best]!) best = i
    const frequency = (best * context.sampleRate) / analyser.fftSize
    await context.close()
    return { frequency, level }
  })
}
