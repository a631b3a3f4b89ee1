import { onBeforeUnmount, ref } from 'vue'
import { api, Refusal } from '@/api/client'
import type { ProbeInput, ProbeResult } from '@/api/types'

/** useProbe tests an address; a newer test ends the one before. */
export function useProbe() {
  const running = ref(false)
  const result = ref<ProbeResult | null>(null)
  /** Why there was no test. */
  const refusal = ref<string | null>(null)
  let attempt: AbortController | null = null

  function clear() {
    attempt?.abort()
    attempt = null
    running.value = false
    result.value = null
    refusal.value = null
  }

  async function run(input: ProbeInput) {
    clear()
    const own = new AbortController()
    attempt = own
    running.value = true
    try {
      const found = await api.probe(input, own.signal)
      if (attempt === own) result.value = found
    } catch (e) {
      if (attempt === own) refusal.value = e instanceof Refusal ? (Object.values(e.fields)[0] ?? e.message) : ''
    } finally {
      if (attempt === own) running.value = false
    }
  }

  onBeforeUnmount(clear)
  return { running, result, refusal, run, clear }
}
