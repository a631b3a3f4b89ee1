// The people of a hearing, each with a browser of their own that shows one colour and
// sounds one tone: whoever sees or hears them knows who it is.
import { execFileSync } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { type Account, fakeDevices, launch, logIn, type Visit, visitBy } from './browser'
import type { Path } from './path'

/** Looks are what tells people apart: a colour, and a tone in Hz that comes in short bursts, as speech does. */
export const looks = {
  judge: { colour: 'red', hz: 400 },
  clerk: { colour: 'lime', hz: 700 },
  plaintiff: { colour: 'blue', hz: 1000 },
  defendant: { colour: 'yellow', hz: 1300 },
  lawyer: { colour: 'magenta', hz: 1600 },
} as const
export type Who = keyof typeof looks

/** colours as they come out of a decoder, roughly. */
const palette: Record<string, [number, number, number]> = { red: [255, 0, 0], lime: [0, 255, 0], blue: [0, 0, 255], yellow: [255, 255, 0], magenta: [255, 0, 255] }

function film(folder: string, who: Who) {
  const { colour, hz } = looks[who]
  const [picture, sound] = [join(folder, `${who}.y4m`), join(folder, `${who}.wav`)]
  const make = (...args: string[]) => execFileSync('ffmpeg', ['-nostdin', '-loglevel', 'error', '-f', 'lavfi', ...args])
  // A white square walks over the colour: a picture that stands still would not be told from a frozen one.
  make('-i', `color=${colour}:640x480:r=10[c];color=white:80x80:r=10[w];[c][w]overlay=x='mod(120*t,640)':y=200`, '-t', '4', '-pix_fmt', 'yuv420p', picture)
  make('-i', `aevalsrc='0.5*sin(2*PI*${hz}*t)*lt(mod(t,0.5),0.35)':s=48000`, '-t', '10', sound)
  return [`--use-file-for-fake-video-capture=${picture}`, `--use-file-for-fake-audio-capture=${sound}`]
}

/** How somebody is connected. */
export interface Way {
  /** They take no other way than the hub's relay. */
  relay?: boolean
  /** A bad network between them and the hub. */
  path?: Path
}

/** Actor is one of them with their browser. */
export interface Actor extends Visit {
  who: Who
  browser: Browser
  end(): Promise<void>
}

/** come opens a page as one of them; folder is where their picture and sound are kept. */
export async function come(who: Who, folder: string, url: string, o: BrowserContextOptions = {}, as: Account | null = null, way: Way = {}): Promise<Actor> {
  await mkdir(folder, { recursive: true })
  const browser = await launch(undefined, {}, [...fakeDevices, ...film(folder, who)])
  const visit = await visitBy(browser, 'about:blank', o, null)
  await lead(visit.page, way)
  if (as) await logIn(visit.page, url, as)
  await visit.page.goto(url)
  return { ...visit, who, browser, end: () => browser.close() }
}

/** lead leads a page's connections by a way, and keeps them where a test finds them. */
export async function lead(page: Page, { relay = false, path }: Way = {}) {
  if (path) await page.exposeFunction('throughBadPath', (answer: string) => path.rewrite(answer))
  await page.addInitScript((relay) => {
    const connections: RTCPeerConnection[] = []
    const Native = RTCPeerConnection
    const through = (globalThis as unknown as { throughBadPath?(a: string): Promise<string> }).throughBadPath
    Object.assign(globalThis, { connections })
    globalThis.RTCPeerConnection = class extends Native {
      constructor(c: RTCConfiguration = {}) {
        super(relay ? { ...c, iceTransportPolicy: 'relay' } : c)
        connections.push(this)
      }
      override async setRemoteDescription(d: RTCSessionDescriptionInit) {
        await super.setRemoteDescription(through ? { ...d, sdp: await through(d.sdp!) } : d)
      }
    }
  }, relay)
}

/** colours are those that the tiles of a page show and that move, by the tiles' names. */
export function colours(page: Page): Promise<Record<string, string>> {
  return page.evaluate(async (palette) => {
    const tiles = () => [...document.querySelectorAll('article')].map((t) => ({ label: t.getAttribute('aria-label')!, video: t.querySelector('video')!, covered: !!t.querySelector('.cover') }))
    const frames = new Map(tiles().map((t) => [t.label, t.video.getVideoPlaybackQuality().totalVideoFrames]))
    await new Promise((resolve) => setTimeout(resolve, 700))
    const ink = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true })!
    const found: Record<string, string> = {}
    for (const { label, video, covered } of tiles()) {
      if (covered || !video.videoWidth) continue
      if (video.getVideoPlaybackQuality().totalVideoFrames <= (frames.get(label) ?? Infinity)) continue
      ink.drawImage(video, video.videoWidth / 2, video.videoHeight * 0.85, 8, 8, 0, 0, 1, 1)
      const [r, g, b] = ink.getImageData(0, 0, 1, 1).data
      const far = ([x, y, z]: [number, number, number]) => (x - r!) ** 2 + (y - g!) ** 2 + (z - b!) ** 2
      const near = Object.entries(palette).sort(([, x], [, y]) => far(x) - far(y))[0]!
      found[label] = far(near[1]) < 20_000 ? near[0] : 'other'
    }
    return found
  }, palette)
}

/** tones are the frequencies, in Hz, that come out of a page's sounds, by stream; what is silent is not among them. */
export function tones(page: Page): Promise<Record<string, number>> {
  return page.evaluate(async () => {
    const context = new AudioContext()
    const ears = [...document.querySelectorAll<HTMLAudioElement>('audio[data-stream]')].filter((a) => a.srcObject && !a.muted && !a.paused).map((a) => {
      const analyser = new AnalyserNode(context, { fftSize: 8192, smoothingTimeConstant: 0 })
      context.createMediaStreamSource(a.srcObject as MediaStream).connect(analyser)
      return { stream: a.dataset['stream']!, analyser, peak: -Infinity, hz: 0 }
    })
    const bins = new Float32Array(4096)
    for (const end = performance.now() + 2500; performance.now() < end;) {
      await new Promise((resolve) => setTimeout(resolve, 80))
      for (const e of ears) {
        e.analyser.getFloatFrequencyData(bins)
        for (let i = 10; i < bins.length; i++) if (bins[i]! > e.peak) [e.peak, e.hz] = [bins[i]!, (i * context.sampleRate) / 8192]
      }
    }
    await context.close()
    return Object.fromEntries(ears.filter((e) => e.peak > -55).map((e) => [e.stream, Math.round(e.hz)]))
  })
}
