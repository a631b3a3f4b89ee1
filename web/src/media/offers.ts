/**
 * OfferQueue negotiates one offer at a time. What is wished for while one is under way is
 * in the next, which is made of the newest wishes. A try that fails is repeated, later
 * each time.
 */
import { Backoff } from './backoff'

export class OfferQueue {
  private wished = false
  private busy = false
  private stopped = false
  private timer: ReturnType<typeof setTimeout> | undefined
  private readonly backoff = new Backoff(1000, 10_000)

  constructor(private readonly negotiate: () => Promise<void>) {}

  /** want asks for a negotiation, now or after the one that runs. */
  want() {
    this.wished = true
    if (!this.busy) void this.run()
  }

  stop() {
    this.stopped = true
    clearTimeout(this.timer)
  }

  private async run() {
    this.busy = true
    clearTimeout(this.timer)
    try {
      while (this.wished && !this.stopped) {
        await null // what is wished for in the same breath is in the same offer
        if (this.stopped) return
        this.wished = false
        await this.negotiate()
        this.backoff.reset()
      }
    } catch {
      if (!this.stopped) this.timer = setTimeout(() => this.want(), this.backoff.next())
    } finally {
      this.busy = false
    }
  }
}
