import { expect, it } from 'vitest'
import { troubleOf } from './devices'
import { verdictOf } from './network'
import { takenCodec } from './roompeer'
import { loudest, loudness } from './soundlevel'
import { countersOf, wayOf } from './waystats'

it.each([
  ['NotAllowedError', 'denied'], ['NotFoundError', 'none'], ['NotReadableError', 'busy'], ['TypeError', 'insecure'], ['Whatever', 'failed'],
])('a device that cannot be had: %s', (name, trouble) => expect(troubleOf({ name })).toBe(trouble))

it('calls a way good, fair, poor or none', () => {
  expect(verdictOf([20, 25, 22], 8_000_000)).toBe('good')
  expect(verdictOf([20, 25, 22], 0)).toBe('good') // what it carries was not measured
  expect(verdictOf([200, 210, 190], 8_000_000)).toBe('fair')
  expect(verdictOf([20, 25, 900], 8_000_000)).toBe('fair')
  expect(verdictOf([20, 25, 22], 400_000)).toBe('poor')
  expect(verdictOf([], 0)).toBe('none')
})

it('judges a way by what was lost since the last report', () => {
  const report = (received: number, lost: number, roundTrip = 0.02, lostThere = 0) => countersOf([
    ['a', { type: 'inbound-rtp', packetsReceived: received, packetsLost: lost }],
    ['b', { type: 'candidate-pair', nominated: true, currentRoundTripTime: roundTrip }],
    ['c', { type: 'remote-inbound-rtp', fractionLost: lostThere }],
  ])
  expect(wayOf(report(1000, 900), report(2000, 900))).toBe('good')
  expect(wayOf(report(1000, 0), report(1970, 30))).toBe('fair')
  expect(wayOf(report(1000, 0), report(1800, 200))).toBe('poor')
  expect(wayOf(report(1000, 0), report(2000, 0, 0.6))).toBe('poor')
  expect(wayOf(report(1000, 0), report(2000, 0, 0.02, 0.1))).toBe('poor')
})

it('measures loudness from silence to the top', () => {
  expect(loudness(new Float32Array(64))).toBe(0)
  expect(loudness(new Float32Array(64).fill(1))).toBe(1)
  expect(loudness(new Float32Array(64).fill(0.03))).toBeCloseTo(0.49, 1)
  const click = new Float32Array(8192)
  click.fill(1, 5000, 6200)
  expect(loudest(click)).toBeGreaterThan(0.95)
})

it('offers only what the hub sends', () => {
  const all = [
    { mimeType: 'video/VP8' }, { mimeType: 'video/rtx' }, { mimeType: 'video/VP9' }, { mimeType: 'video/AV1' }, { mimeType: 'audio/opus' }, { mimeType: 'audio/PCMA' },
    { mimeType: 'video/H264', sdpFmtpLine: 'packetization-mode=1;profile-level-id=42e01f' }, { mimeType: 'video/H264', sdpFmtpLine: 'packetization-mode=0;profile-level-id=42e01f' },
  ]
  expect(all.filter(takenCodec).map((c) => c.mimeType)).toEqual(['video/VP8', 'video/rtx', 'audio/opus', 'video/H264'])
})
