import { ref, shallowRef, watch } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { court } from '@/api/court'
import type { Case } from '@/api/types'

/** useCases finds cases by what the page's address says. */
export function useCases() {
  const route = useRoute()
  const router = useRouter()
  const q = ref(typeof route.query.q === 'string' ? route.query.q : '')
  const cases = shallowRef<Case[] | null>(null)
  const failed = ref(false)
  let turn = 0

  async function load() {
    const mine = ++turn
    try {
      const found = await court.cases(q.value.trim())
      if (mine !== turn) return
      cases.value = found
      failed.value = false
    } catch {
      if (mine === turn) failed.value = true
    }
  }

  let typing: ReturnType<typeof setTimeout> | undefined
  watch(q, (text) => {
    clearTimeout(typing)
    typing = setTimeout(() => {
      void router.replace({ query: text.trim() ? { q: text.trim() } : {} })
      void load()
    }, 250)
  })
  void load()
  return { q, cases, failed, load }
}
