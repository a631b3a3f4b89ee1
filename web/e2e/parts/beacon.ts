// A camera and a microphone that tell the time: the picture carries the clock of its
// drawing, and once a second it flashes while the microphone clicks. Who sees and hears them
// on the same machine knows how old they are.
import type { Page } from 'playwright-core'

/** shine puts them in the place of a page's devices, before the page asks for them. */
export async function shine(page: Page) {
  await page.addInitScript(() => {
    const cells = 24
    const beat = 1000
    let picture: MediaStreamTrack | undefined
    let sound: MediaStreamTrack | undefined
    function camera() {
      const canvas = document.createElement('canvas')
      ;[canvas.width, canvas.height] = [640, 480]
      const ink = canvas.getContext('2d')!
      const draw = () => {
        const now = Math.floor(performance.timeOrigin + performance.now())
        ink.fillStyle = '#203040'
        ink.fillRect(0, 0, 640, 480)
        // 24 cells: white, black, and the 22 low bits of the milliseconds, the highest first.
        for (let i = 0; i < cells; i++) {
          const on = i === 0 || (i > 1 && (now >> (cells - 1 - i)) & 1)
          ink.fillStyle = on ? '#fff' : '#000'
          ink.fillRect(32 + i * 24, 40, 24, 100)
        }
        ink.fillStyle = now % beat < 120 ? '#fff' : '#000'
        ink.fillRect(200, 240, 240, 160)
      }
      setInterval(draw, 33)
      draw()
      return canvas.captureStream(30).getVideoTracks()[0]!
    }
    function microphone() {
      const context = new AudioContext()
      const out = context.createMediaStreamDestination()
      // A quiet hum: in silence a browser sends next to nothing, and what it makes up is no measure of the way.
      const hum = new OscillatorNode(context, { frequency: 150 })
      hum.connect(new GainNode(context, { gain: 0.03 })).connect(out)
      hum.start()
      const click = () => {
        // At the next full second, 30 ms of 2 kHz.
        const ahead = (beat - ((performance.timeOrigin + performance.now()) % beat)) / 1000
        const tone = new OscillatorNode(context, { frequency: 2000 })
        const gain = new GainNode(context, { gain: 0.8 })
        tone.connect(gain).connect(out)
        tone.start(context.currentTime + ahead)
        tone.stop(context.currentTime + ahead + 0.03)
        setTimeout(click, ahead * 1000 + beat / 2)
      }
      click()
      return out.stream.getAudioTracks()[0]!
    }
    navigator.mediaDevices.getUserMedia = async (wish) => {
      if (wish?.video) picture ??= camera()
      if (wish?.audio) sound ??= microphone()
      const tracks = [wish?.video && picture!.clone(), wish?.audio && sound!.clone()].filter((t): t is MediaStreamTrack => Boolean(t))
      return new MediaStream(tracks)
    }
  })
}

/** Ages are how long pictures and clicks took, and how far a click came after its flash, in ms. */
export interface Ages {
  pictures: number[]
  clicks: number[]
  apart: number[]
}

/** ages measures for some seconds, at a page that receives a stream. */
export function ages(page: Page, tile: string, stream: string, seconds: number): Promise<Ages> {
  return page.evaluate(
    async ({ tile, stream, seconds }) => {
      const now = () => performance.timeOrigin + performance.now()
      const end = now() + seconds * 1000
      const video = [...document.querySelectorAll('article')].find((t) => t.getAttribute('aria-label')!.includes(tile))!.querySelector('video')!
      const pictures: number[] = []
      const flashes: number[] = []
      const ink = new OffscreenCanvas(24, 2).getContext('2d', { willReadFrequently: true })!
      let lit = true
      const look = (shown: number) => {
        const [w, h] = [video.videoWidth / 640, video.videoHeight / 480]
        ink.drawImage(video, 32 * w, 60 * h, 24 * 24 * w, 60 * h, 0, 0, 24, 1)
        ink.drawImage(video, 260 * w, 280 * h, 100 * w, 80 * h, 0, 1, 24, 1)
        const { data } = ink.getImageData(0, 0, 24, 2)
        const on = (i: number) => data[i * 4 + 1]! > 128
        if (!on(0) || on(1)) return
        let bits = 0
        for (let i = 2; i < 24; i++) bits = (bits << 1) | (on(i) ? 1 : 0)
        const age = ((Math.floor(shown) & 0x3fffff) - bits) & 0x3fffff
        if (age < 10_000) pictures.push(age)
        if (on(24 + 12) && !lit) flashes.push(shown)
        lit = on(24 + 12)
      }
      const watch = (_: number, about: VideoFrameCallbackMetadata) => {
        look(performance.timeOrigin + about.expectedDisplayTime)
        if (now() < end) video.requestVideoFrameCallback(watch)
      }
      video.requestVideoFrameCallback(watch)
      const sound = document.querySelector<HTMLAudioElement>(`audio[data-stream="${stream}"]`)!
      const context = new AudioContext({ latencyHint: 'interactive' })
      const analyser = new AnalyserNode(context, { fftSize: 1024 })
      context.createMediaStreamSource(sound.srcObject as MediaStream).connect(analyser)
      const wave = new Float32Array(analyser.fftSize)
      const heard: number[] = []
      while (now() < end) {
        await new Promise((resolve) => setTimeout(resolve, 4))
        analyser.getFloatTimeDomainData(wave)
        const first = wave.findIndex((x) => Math.abs(x) > 0.1)
        // The wave ends now; where it began to be loud lies that much before.
        const at = now() - ((wave.length - first) * 1000) / context.sampleRate
        if (first >= 0 && at - (heard.at(-1) ?? 0) > 500) heard.push(at)
      }
      await context.close()
      const beat = (t: number) => ((t + 300) % 1000) - 300 // after the full second
      return {
        pictures, clicks: heard.map(beat),
        apart: heard.flatMap((h) => flashes.filter((f) => Math.abs(f - h) < 400).map((f) => h - f)),
      }
    },
    { tile, stream, seconds },
  )
}

/** part is a percentile. */
export function part(values: number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? NaN)
}
