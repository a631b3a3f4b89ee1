import { computed, onBeforeUnmount, ref, watch } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { type RecordingSummary, recordings } from '@/api/recordings'
import { dayOf, shiftDay } from '@/words/courttime'

const again = 5000 // ms between looks while something is being recorded

/** useRecordings lists recordings by what stands in the address: a day, a source, a case. */
export function useRecordings() {
  const route = useRoute()
  const router = useRouter()
  const text = (key: string) => (typeof route.query[key] === 'string' ? route.query[key] : '')
  const filter = computed(() => ({ day: text('day'), source: text('source'), case: text('case') }))
  const films = ref<RecordingSummary[] | null>(null)
  const next = ref('')
  const failed = ref(false)
  const loading = ref(false)
  let turn = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  /** ask changes the address, and with it the list. */
  function ask(change: Partial<{ day: string; source: string; case: string }>) {
    const all = { ...filter.value, ...change }
    void router.replace({ query: Object.fromEntries(Object.entries(all).filter(([, v]) => v)) })
  }

  function query(): Record<string, string> {
    const { day, source, case: number } = filter.value
    const q: Record<string, string> = { limit: '100' }
    if (source) q.source = source
    if (number) q.case = number
    if (day) {
      q.from = `${day}T00:00:00+08:00`
      q.to = `${shiftDay(day, 1)}T00:00:00+08:00`
    }
    return q
  }

  async function load(more = false) {
    const mine = ++turn
    loading.value = true
    clearTimeout(timer)
    try {
      const page = await recordings.list({ ...query(), ...(more ? { after: next.value } : {}) })
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

  return { filter, films, next, failed, loading, ask, load, today: () => dayOf(new Date()) }
}
