import { onBeforeUnmount, ref } from 'vue'

/** useClock ticks each second by the hub's clock. */
export function useClock(now: () => number) {
  const clock = ref(now())
  const ticker = setInterval(() => (clock.value = now()), 1000)
  onBeforeUnmount(() => clearInterval(ticker))
  return clock
}
