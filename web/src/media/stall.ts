/**
 * StallDetector tells from a counter of decoded frames whether a picture still
 * moves. A new session is given the same time as a running one.
 */
export class StallDetector {
  private frames = -1
  private since: number

  /** limit is how long, in ms, a picture may stand still. */
  constructor(
    private readonly limit: number,
    now: number,
  ) {
    this.since = now
  }

  /** observe takes the counter at a time and says whether the picture has stopped. */
  observe(frames: number, now: number): boolean {
    if (frames !== this.frames) {
      this.frames = frames
      this.since = now
      return false
    }
    return now - this.since >= this.limit
  }
}
