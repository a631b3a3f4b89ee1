import { computed, onMounted, ref, shallowRef, watch } from 'vue'
import { type Recording, recordings, type RecordingSummary } from '@/api/recordings'
import { faultsOf, open } from './faults'

/** useFilms loads what was recorded for a hearing or a case, with the gaps of what has some. */
export function useFilms(query: () => Record<string, string>, changed: () => unknown) {
  const films = shallowRef<RecordingSummary[] | null>(null)
  const detailed = shallowRef<Recording[]>([])
  const failed = ref(false)

  async function load() {
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
  }
  onMounted(load)
  watch([() => JSON.stringify(query()), changed], load)

  const faults = computed(() => faultsOf(detailed.value))
  const unsettled = computed(() => open(faults.value).length)
  return { films, faults, unsettled, failed, load }
}
