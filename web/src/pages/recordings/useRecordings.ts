import { computed, onBeforeUnmount, ref, watch } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { type RecordingSummary, recordings } from '@/api/recordings'
import { addressOf, type Filter, filterOf, queryOf } from './filter'

const again = 5000 // ms between looks while something is being recorded

/** useRecordings lists recordings by what stands in the address: a day, a court, a place, a source, a hearing, a case. */
export function useRecordings() {
  const route = useRoute()
  const router = useRouter()
  const filter = computed(() => filterOf(route.query))
  const films = ref<RecordingSummary[] | null>(null)
  const next = ref('')
  const failed = ref(false)
  const loading = ref(false)
  let turn = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  /** ask changes the address, and with it the list. */
  function ask(change: Partial<Filter>) {
    void router.replace({ query: addressOf({ ...filter.value, ...change }) })
  }

  async function load(more = false) {
    const mine = ++turn
    loading.value = true
    clearTimeout(timer)
    try {
      const page = await recordings.list({ ...queryOf(filter.value), ...(more ? { after: next.value } : {}) })
      if (mine !== turn) return
      films.value = more ? [...(films.value ?? []), ...page.items] : page.items
      next.value = page.next
      failed.value = false
      if (!more && films.value.some((r) => !r.sealed)) timer = setTimeout(() => void load(), again)
    } catch {
      if (mine === turn) failed.value = true
    } finally {
      if (mine === turn) loading.value = false
    }
  }

  watch(
    filter,
    (now, was) => {
      if (JSON.stringify(now) === JSON.stringify(was)) return
      films.value = null
      void load()
    },
    { immediate: true },
  )
  onBeforeUnmount(() => {
    turn++
    clearTimeout(timer)
  })

  return { filter, films, next, failed, loading, ask, load }
}
