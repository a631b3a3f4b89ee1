/** Backoff is the wait before the next try: doubled each time, up to a longest one. */
export class Backoff {
  private wait: number

  constructor(
    private readonly first: number,
    private readonly longest: number,
  ) {
    this.wait = first
  }

  next(): number {
    const wait = this.wait
    this.wait = Math.min(this.wait * 2, this.longest)
    return wait
  }

  reset() {
    this.wait = this.first
  }
}
