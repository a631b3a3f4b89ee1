// What the way to the hub is like, in one word that a party understands.
import { request } from '@/api/client'

export type Verdict = 'good' | 'fair' | 'poor' | 'none'

/** verdictOf judges a way by its round trips, in ms, and what it carries, in bit/s (0: not known). */
export function verdictOf(roundTrips: number[], carries: number): Verdict {
  if (!roundTrips.length) return 'none'
  const sorted = [...roundTrips].sort((a, b) => a - b)
  const usual = sorted[Math.floor(sorted.length / 2)]!
  const worst = sorted.at(-1)!
  if (usual > 400 || (carries > 0 && carries < 500_000)) return 'poor'
  if (usual > 150 || worst - usual > 250 || (carries > 0 && carries < 2_000_000)) return 'fair'
  return 'good'
}

const tries = 6

/** tryNetwork measures some seconds at most. */
export async function tryNetwork(): Promise<Verdict> {
  const roundTrips: number[] = []
  for (let i = 0; i < tries; i++) {
    const took = await timed('/healthz')
    if (took !== null) roundTrips.push(took.ms)
  }
  if (!roundTrips.length) return 'none'
  return verdictOf(roundTrips.slice(1).length ? roundTrips.slice(1) : roundTrips, await carried())
}

/** carried is what the way carries, measured with the largest file of the page itself. */
async function carried(): Promise<number> {
  const files = (performance.getEntriesByType('resource') as PerformanceResourceTiming[]).filter((r) => r.initiatorType === 'script' || r.name.endsWith('.js'))
  const largest = files.sort((a, b) => b.encodedBodySize - a.encodedBodySize)[0]
  if (!largest || largest.encodedBodySize < 50_000) return 0
  const took = await timed(largest.name)
  return took ? (largest.encodedBodySize * 8000) / Math.max(1, took.ms) : 0
}

async function timed(path: string): Promise<{ ms: number } | null> {
  const begin = performance.now()
  try {
    await (await request(path, { signal: AbortSignal.timeout(4000) })).arrayBuffer()
    return { ms: performance.now() - begin }
  } catch {
    return null
  }
}
