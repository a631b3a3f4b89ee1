import { computed, onBeforeUnmount, onMounted, ref, shallowRef, watch } from 'vue'
import { type Recording, recordings, type RecordingSummary } from '@/api/recordings'
import { faultsOf, open } from './faults'

const again = 5000 // ms between looks while something is being recorded

/** useFilms loads what was recorded for a hearing or a case, with the gaps of what has some; what goes on is followed. */
export function useFilms(query: () => Record<string, string>, changed: () => unknown, live: () => boolean) {
  const films = shallowRef<RecordingSummary[] | null>(null)
  const detailed = shallowRef<Recording[]>([])
  const failed = ref(false)

  let timer: ReturnType<typeof setTimeout> | undefined
  let stopped = false

  async function load() {
    clearTimeout(timer)
    const asked = JSON.stringify(query())
    try {
      const all: RecordingSummary[] = []
      let after = ''
      do {
        const page = await recordings.list({ ...query(), limit: '500', ...(after ? { after } : {}) })
        all.push(...page.items)
        after = page.next
      } while (after)
      const details = await Promise.all(all.filter((r) => r.gap_count > 0).map((r) => recordings.one(r.id)))
      if (asked !== JSON.stringify(query())) return
      films.value = all
      detailed.value = details
      failed.value = false
    } catch {
      failed.value = true
    }
    clearTimeout(timer)
    if (!stopped && (live() || films.value?.some((r) => !r.sealed && !r.fault))) timer = setTimeout(() => void load(), again)
  }
  onBeforeUnmount(() => {
    stopped = true
    clearTimeout(timer)
  })
  onMounted(load)
  watch([() => JSON.stringify(query()), changed, live], load)

  const faults = computed(() => faultsOf(detailed.value))
  const unsettled = computed(() => open(faults.value).length)
  return { films, faults, unsettled, failed, load }
}
