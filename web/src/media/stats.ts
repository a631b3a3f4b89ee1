// What a browser's counters say about a session, in the words of the stats overlay.

/** Figures describe the last second of a session. */
export interface Figures {
  codec: string
  width: number
  height: number
  framesPerSecond: number
  audioCodec: string
  /** bit/s, picture and sound */
  bitRate: number
  packetsLost: number
  /** ms, of the packets' arrival */
  jitter: number
  /** ms, there and back */
  roundTrip: number
  /** ms that the browser holds pictures back to play them evenly */
  bufferDelay: number
  framesDecoded: number
  framesDropped: number
}

/** Sample is what the next call needs of this one. */
export interface Sample {
  time: number
  bytes: number
  delay: number
  emitted: number
}

type Row = Record<string, number & string> & { type: string; kind?: string; id: string }

/** figures reads a report; before is the sample of the call before. */
export function figures(report: Iterable<[string, unknown]>, before: Sample | null): [Figures, Sample] {
  const rows = new Map(report as Iterable<[string, Row]>)
  const f: Figures = {
    codec: '', width: 0, height: 0, framesPerSecond: 0, audioCodec: '', bitRate: 0, packetsLost: 0,
    jitter: 0, roundTrip: 0, bufferDelay: 0, framesDecoded: 0, framesDropped: 0,
  }
  const now: Sample = { time: 0, bytes: 0, delay: 0, emitted: 0 }
  for (const row of rows.values()) {
    if (row.type === 'inbound-rtp') inbound(row, rows, f, now)
    if (row.type === 'candidate-pair' && row.nominated) f.roundTrip = ms(row.currentRoundTripTime)
  }
  if (before && now.time > before.time) {
    f.bitRate = ((now.bytes - before.bytes) * 8000) / (now.time - before.time)
    const emitted = now.emitted - before.emitted
    if (emitted > 0) f.bufferDelay = ms((now.delay - before.delay) / emitted)
  }
  return [f, now]
}

function inbound(row: Row, rows: Map<string, Row>, f: Figures, now: Sample) {
  const codec = (rows.get(row.codecId ?? '')?.mimeType ?? '').replace(/^\w+\//, '')
  now.time = row.timestamp ?? 0
  now.bytes += row.bytesReceived ?? 0
  f.packetsLost += row.packetsLost ?? 0
  if (row.kind === 'audio') {
    f.audioCodec = codec
    return
  }
  f.codec = codec
  f.width = row.frameWidth ?? 0
  f.height = row.frameHeight ?? 0
  f.framesPerSecond = row.framesPerSecond ?? 0
  f.framesDecoded = row.framesDecoded ?? 0
  f.framesDropped = row.framesDropped ?? 0
  f.jitter = ms(row.jitter)
  now.delay = row.jitterBufferDelay ?? 0
  now.emitted = row.jitterBufferEmittedCount ?? 0
}

const ms = (seconds: number | undefined) => (seconds ?? 0) * 1000
