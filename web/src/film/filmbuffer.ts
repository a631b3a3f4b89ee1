// A media source with one buffer, for one sort of media.

/** FilmBuffer takes bytes and hands them to a video element. Its methods are awaited one after the other. */
export class FilmBuffer {
  private constructor(
    readonly type: string,
    private readonly video: HTMLVideoElement,
    private readonly url: string,
    private readonly buffer: SourceBuffer,
  ) {}

  /** open gives the element a new source; what it showed before is gone. */
  static async open(video: HTMLVideoElement, type: string, signal: AbortSignal): Promise<FilmBuffer> {
    const source = new MediaSource()
    const url = URL.createObjectURL(source)
    video.src = url
    await new Promise<void>((resolve, reject) => {
      source.addEventListener('sourceopen', () => resolve(), { once: true })
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
    })
    source.duration = 1e6 // the end is the recording's, which may grow
    return new FilmBuffer(type, video, url, source.addSourceBuffer(type))
  }

  /** append gives it bytes. */
  append(data: Uint8Array): Promise<void> {
    return this.doing(() => this.buffer.appendBuffer(data as BufferSource))
  }

  /** remove forgets a stretch. */
  async remove(from: number, to: number): Promise<void> {
    if (from < to) await this.doing(() => this.buffer.remove(from, to))
  }

  private doing(what: () => void): Promise<void> {
    const b = this.buffer
    return new Promise((resolve, reject) => {
      const over = new AbortController()
      const end = (f: () => void) => () => {
        over.abort()
        f()
      }
      b.addEventListener('updateend', end(resolve), { signal: over.signal })
      b.addEventListener('error', end(() => reject(new Error('the browser does not take this'))), { signal: over.signal })
      try {
        what()
      } catch (e) {
        over.abort()
        reject(e as Error)
      }
    })
  }

  close() {
    this.video.pause()
    this.video.removeAttribute('src')
    this.video.load()
    URL.revokeObjectURL(this.url)
  }
}
