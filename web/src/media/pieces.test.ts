import { describe, expect, it } from 'vitest'
import { Backoff } from './backoff'
import { StallDetector } from './stall'
import { figures } from './stats'

describe('the wait between tries', () => {
  it('doubles up to its longest, and starts anew after a success', () => {
    const b = new Backoff(250, 1000)
    expect([b.next(), b.next(), b.next(), b.next()]).toEqual([250, 500, 1000, 1000])
    b.reset()
    expect(b.next()).toBe(250)
  })
})

describe('the stall detector', () => {
  it('speaks when the counter has stood still for the limit', () => {
    const s = new StallDetector(3000, 0)
    expect(s.observe(1, 1000)).toBe(false)
    expect(s.observe(1, 3999)).toBe(false)
    expect(s.observe(1, 4000)).toBe(true)
    expect(s.observe(2, 4100)).toBe(false)
  })

  it('gives a session without any picture the same time', () => {
    const s = new StallDetector(3000, 1000)
    expect(s.observe(0, 2000)).toBe(false)
    expect(s.observe(0, 5000)).toBe(true)
  })
})

describe('the figures of a session', () => {
  const report = (time: number, bytes: number, delay: number, emitted: number): [string, unknown][] => [
    ['c1', { id: 'c1', type: 'codec', mimeType: 'video/H264' }],
    ['c2', { id: 'c2', type: 'codec', mimeType: 'audio/opus' }],
    ['v', {
      id: 'v', type: 'inbound-rtp', kind: 'video', codecId: 'c1', timestamp: time, bytesReceived: bytes, packetsLost: 3, jitter: 0.004,
      frameWidth: 1280, frameHeight: 720, framesPerSecond: 25, framesDecoded: 9, framesDropped: 1,
      jitterBufferDelay: delay, jitterBufferEmittedCount: emitted,
    }],
    ['a', { id: 'a', type: 'inbound-rtp', kind: 'audio', codecId: 'c2', timestamp: time, bytesReceived: 0, packetsLost: 1 }],
    ['p', { id: 'p', type: 'candidate-pair', nominated: true, currentRoundTripTime: 0.012 }],
    ['q', { id: 'q', type: 'candidate-pair', nominated: false, currentRoundTripTime: 9 }],
  ]

  it('are those between two samples', () => {
    const [, first] = figures(report(1000, 100_000, 1, 100), null)
    const [f] = figures(report(2000, 225_000, 1.5, 125), first)
    expect(f).toEqual({
      codec: 'H264', audioCodec: 'opus', width: 1280, height: 720, framesPerSecond: 25, bitRate: 1_000_000, packetsLost: 4,
      jitter: 4, roundTrip: 12, bufferDelay: 20, framesDecoded: 9, framesDropped: 1,
    })
  })

  it('have no rates at the first sample', () => {
    const [f] = figures(report(1000, 100_000, 1, 100), null)
    expect(f.bitRate).toBe(0)
    expect(f.bufferDelay).toBe(0)
  })
})
