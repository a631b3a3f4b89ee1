import { computed, ref, shallowRef, watch } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { court } from '@/api/court'
import type { Hearing } from '@/api/types'
import { dayOf } from '@/words/courttime'
import { useHearingChanges } from '@/words/useHearingChanges'

/** useHearings reads the hearings that the page's address asks for, and again as they change. */
export function useHearings() {
  const route = useRoute()
  const router = useRouter()
  const text = (value: unknown) => (typeof value === 'string' ? value : '')

  const today = () => dayOf(new Date())
  const day = computed(() => (/^\d{4}-\d\d-\d\d$/.test(text(route.query.day)) ? text(route.query.day) : today()))
  const at = computed(() => text(route.query.court))
  const q = computed(() => text(route.query.q))

  /** ask changes the address; what is left out stays. */
  function ask(change: { day?: string; court?: string; q?: string }) {
    const next = { day: text(route.query.day), court: at.value, q: q.value, ...change }
    if (next.day === today()) next.day = ''
    void router.replace({ query: Object.fromEntries(Object.entries(next).filter(([, v]) => v)) })
  }

  const hearings = shallowRef<Hearing[] | null>(null)
  const failed = ref(false)
  let turn = 0

  async function load() {
    const mine = ++turn
    try {
      const found = await court.hearings({ ...(q.value ? { q: q.value } : { day: day.value }), ...(at.value ? { court: at.value } : {}) })
      if (mine !== turn) return
      hearings.value = found
      failed.value = false
    } catch {
      if (mine === turn) failed.value = true
    }
  }

  watch([day, at, q], () => {
    hearings.value = null
    void load()
  })
  void load()
  useHearingChanges(() => true, load)

  return { day, at, q, today, ask, hearings, failed, load }
}
