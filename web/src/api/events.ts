// The hub's changes as they happen, over one WebSocket that comes back by itself.

/** Event is one change. */
export interface Event {
  id: number
  time: string
  type: 'source.added' | 'source.changed' | 'source.removed' | 'hearing.changed' | 'hub.resync' | 'recording.segment' | 'recording.gap' | 'recording.gap_end' | 'recording.sealed'
  object: string
  data: unknown
}

export interface Followers {
  /** A change. After hub.resync, changes have been missed: read the lists anew. */
  event(e: Event): void
  /** The connection is there, or is gone. */
  connected(yes: boolean): void
}

// Waits between tries; short, for a wall shall go on within 5 s of the hub's return.
const firstWait = 250
const longestWait = 1000
// A try that gets no answer (a cable out) is given up after this time.
const openLimit = 4000

/** follow keeps the connection until the returned function is called. */
export function follow(to: Followers): () => void {
  let socket: WebSocket | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  let wait = firstWait
  let last: number | null = null
  let stopped = false

  function open() {
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws'
    const resume = last === null ? '' : `?after=${last}`
    const s = new WebSocket(`${scheme}://${location.host}/api/v1/events${resume}`)
    socket = s
    timer = setTimeout(() => s.close(), openLimit)
    s.onopen = () => {
      clearTimeout(timer)
      wait = firstWait
      to.connected(true)
    }
    s.onmessage = (m: MessageEvent<string>) => {
      const e = JSON.parse(m.data) as Event
      last = e.id
      to.event(e)
    }
    s.onclose = () => {
      clearTimeout(timer)
      if (stopped) return
      to.connected(false)
      timer = setTimeout(open, wait)
      wait = Math.min(wait * 2, longestWait)
    }
  }

  open()
  return () => {
    stopped = true
    clearTimeout(timer)
    socket?.close()
  }
}
