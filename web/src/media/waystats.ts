// How a participant's connection does, from the browser's counters.

/** Way is what the last seconds were like. */
export type Way = 'good' | 'fair' | 'poor'

/** Counters are sums since the beginning. */
export interface Counters {
  received: number
  lost: number
  roundTrip: number // ms, the newest
  lostThere: number // share of what was sent, the newest
}

type Row = Record<string, number | string | boolean | undefined> & { type: string }

export function countersOf(report: Iterable<[string, unknown]>): Counters {
  const c: Counters = { received: 0, lost: 0, roundTrip: 0, lostThere: 0 }
  for (const [, value] of report) {
    const row = value as Row
    if (row.type === 'inbound-rtp') {
      c.received += Number(row.packetsReceived ?? 0)
      c.lost += Math.max(0, Number(row.packetsLost ?? 0))
    }
    if (row.type === 'candidate-pair' && row.nominated) c.roundTrip = Number(row.currentRoundTripTime ?? 0) * 1000
    if (row.type === 'remote-inbound-rtp') c.lostThere = Math.max(c.lostThere, Number(row.fractionLost ?? 0))
  }
  return c
}

/** wayOf judges what happened between two reports. */
export function wayOf(before: Counters, now: Counters): Way {
  const received = now.received - before.received
  const lost = Math.max(0, now.lost - before.lost)
  const share = Math.max(received + lost > 0 ? lost / (received + lost) : 0, now.lostThere)
  if (share > 0.08 || now.roundTrip > 500) return 'poor'
  if (share > 0.02 || now.roundTrip > 250) return 'fair'
  return 'good'
}
