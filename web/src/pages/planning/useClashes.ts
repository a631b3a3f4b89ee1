import { onBeforeUnmount, shallowRef, watch } from 'vue'
import { court } from '@/api/court'
import type { Clash, Plan } from '@/api/types'

/** useClashes asks the hub what a plan would clash with, when it rests. */
export function useClashes(plan: () => Plan | null, of: string) {
  const clashes = shallowRef<Clash[]>([])
  let asked: AbortController | null = null
  let resting: ReturnType<typeof setTimeout> | undefined

  async function find(p: Plan) {
    asked?.abort()
    asked = new AbortController()
    const { signal } = asked
    const found = await court.clashes(p, of, signal).catch(() => [])
    if (!signal.aborted) clashes.value = found
  }

  watch(
    () => JSON.stringify(plan()),
    () => {
      clearTimeout(resting)
      asked?.abort()
      const p = plan()
      if (p?.court) resting = setTimeout(() => void find(p), 300)
      else clashes.value = []
    },
    { immediate: true },
  )
  onBeforeUnmount(() => {
    clearTimeout(resting)
    asked?.abort()
  })
  return { clashes }
}
