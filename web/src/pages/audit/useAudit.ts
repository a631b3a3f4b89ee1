import { reactive, ref, watch } from 'vue'
import { api, Refusal } from '@/api/client'
import type { AuditEntry } from '@/api/types'
import { range, type Preset } from './entries'

/** Person is who a search is about. */
export interface Person {
  id: string
  name: string
}

/** useAudit searches the audit as the filters change, page by page. */
export function useAudit() {
  const filter = reactive({ person: null as Person | null, object: '', action: '', outcome: '', preset: 'today' as Preset })
  const entries = ref<AuditEntry[]>([])
  const next = ref('')
  const loading = ref(true)
  const failed = ref<'' | 'offline' | 'refused'>('')
  let turn = 0

  /** query is the search as the API takes it. */
  function query(): Record<string, string> {
    const all = { who: filter.person?.id ?? '', object: filter.object.trim(), action: filter.action, outcome: filter.outcome, ...range(filter.preset) }
    return Object.fromEntries(Object.entries(all).filter(([, v]) => v)) as Record<string, string>
  }

  async function load(more = false) {
    const mine = ++turn
    loading.value = true
    failed.value = ''
    try {
      const page = await api.audit({ ...query(), ...(more ? { after: next.value } : {}) })
      if (mine !== turn) return
      entries.value = more ? [...entries.value, ...page.items] : page.items
      next.value = page.next
    } catch (e) {
      if (mine === turn) failed.value = e instanceof Refusal ? 'refused' : 'offline'
    } finally {
      if (mine === turn) loading.value = false
    }
  }

  let typing: ReturnType<typeof setTimeout> | undefined
  watch(filter, () => {
    clearTimeout(typing)
    typing = setTimeout(() => void load(), 200)
  })
  void load()

  return { filter, entries, next, loading, failed, load, query }
}
