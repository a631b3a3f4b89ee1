// Plays a recording through the browser's own HLS, where there are no Media Source
// Extensions: on iPhones. Gaps are in the playlist in their length, so that its
// times are the recording's.
import { hlsURL, type Recording } from '@/api/recordings'
import { mediaOf, type Reel, type ReelState, type Stretch, within } from './reel'

export class HlsReel implements Reel {
  private media: Stretch[]
  private target = 0

  constructor(
    readonly video: HTMLVideoElement,
    recording: Recording,
  ) {
    this.media = mediaOf(recording)
    video.playsInline = true
    video.preload = 'auto'
    video.src = hlsURL(recording.id)
    video.addEventListener('loadedmetadata', this.loaded)
  }

  know(recording: Recording) {
    this.media = mediaOf(recording)
  }

  state(at: number, running: boolean): ReelState {
    if (!within(this.media, at)) return 'nothing'
    const v = this.video
    if (v.error) return v.error.code === MediaError.MEDIA_ERR_NETWORK ? 'failed' : 'codec'
    return !v.seeking && v.readyState >= (running ? 3 : 2) ? 'ready' : 'loading'
  }

  private readonly loaded = () => {
    this.video.currentTime = this.target
  }

  seek(at: number) {
    this.target = at
    if (this.video.readyState > 0) this.video.currentTime = at
  }

  position(): number {
    return this.video.currentTime
  }

  run(rate: number) {
    if (Math.abs(this.video.playbackRate - rate) > 0.002) this.video.playbackRate = rate
    if (this.video.paused) this.video.play().catch(() => {}) // it waits for a tap
  }

  rest() {
    if (!this.video.paused) this.video.pause()
  }

  close() {
    this.video.removeEventListener('loadedmetadata', this.loaded)
    this.video.pause()
    this.video.removeAttribute('src')
    this.video.load()
  }
}
