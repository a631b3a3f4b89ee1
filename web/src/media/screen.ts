/**
 * Screen is a pair of video elements that show one stream after the other
 * without black between: the new stream starts behind, and comes to the front
 * with its first picture.
 */
export class Screen {
  private front = 0

  constructor(private readonly videos: [HTMLVideoElement, HTMLVideoElement]) {
    for (const v of videos) {
      v.muted = true
      v.playsInline = true
      // A browser pauses a video that is moved to another place on the page.
      v.addEventListener('pause', () => v.srcObject && v.isConnected && v.play().catch(() => {}))
    }
  }

  /** show resolves when the stream's first picture (or sound, without picture) is there. */
  async show(stream: MediaStream, signal: AbortSignal): Promise<void> {
    const back = this.videos[1 - this.front]!
    back.muted = true
    back.srcObject = stream
    back.play().catch(() => {}) // a muted element may always play; it was replaced
    await started(back, stream.getVideoTracks().length > 0, signal)
    const old = this.videos[this.front]!
    this.front = 1 - this.front
    back.classList.add('front')
    old.classList.remove('front')
    old.srcObject = null
  }

  /** sound turns the front's sound on or off; false if the browser wants a click first. */
  async sound(on: boolean): Promise<boolean> {
    const v = this.videos[this.front]!
    v.muted = !on
    if (!on || !v.srcObject) return true
    try {
      await v.play()
      return true
    } catch {
      v.muted = true
      v.play().catch(() => {})
      return false
    }
  }

  clear() {
    for (const v of this.videos) {
      v.srcObject = null
      v.classList.remove('front')
    }
  }
}

function started(v: HTMLVideoElement, picture: boolean, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
    if (picture) v.requestVideoFrameCallback(() => resolve())
    else v.addEventListener('playing', () => resolve(), { once: true })
  })
}
