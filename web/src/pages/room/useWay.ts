import { onBeforeUnmount, ref } from 'vue'
import { type Counters, countersOf, type Way, wayOf } from '@/media/waystats'

const every = 4000

/** useWay judges the participant's way every few seconds. */
export function useWay(stats: () => Promise<RTCStatsReport | null>) {
  const way = ref<Way>('good')
  let before: Counters | null = null
  const ticker = setInterval(async () => {
    const report = await stats()
    const now = report ? countersOf(report as unknown as Iterable<[string, unknown]>) : null
    way.value = now && before && now.received >= before.received ? wayOf(before, now) : 'good'
    before = now
  }, every)
  onBeforeUnmount(() => clearInterval(ticker))
  return way
}
