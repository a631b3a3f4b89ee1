// What the pages know of the hub: its sources, kept up to date by its events.
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { api } from '@/api/client'
import { type Event, follow } from '@/api/events'
import type { Hub, Source } from '@/api/types'

export const useHub = defineStore('hub', () => {
  const hub = ref<Hub | null>(null)
  const sources = ref<Record<string, Source>>({})
  /** The list has been read once. */
  const loaded = ref(false)
  /** null before the first try has ended. */
  const connected = ref<boolean | null>(null)
  /** Goes up each time a hub is met that is not the one before: it was restarted. */
  const restarts = ref(0)
  const list = computed(() => Object.values(sources.value).sort((a, b) => a.id.localeCompare(b.id)))

  async function refresh() {
    const [h, all] = await Promise.all([api.hub(), api.sources()])
    if (hub.value && hub.value.started !== h.started) restarts.value++
    hub.value = h
    sources.value = Object.fromEntries(all.map((s) => [s.id, s]))
    loaded.value = true
  }

  // What cannot be read now is read with the next connection.
  const reread = () => void refresh().catch(() => {})

  function put(source: Source) {
    sources.value = { ...sources.value, [source.id]: source }
  }

  function drop(id: string) {
    sources.value = Object.fromEntries(Object.entries(sources.value).filter(([other]) => other !== id))
  }

  function apply(e: Event) {
    switch (e.type) {
      case 'source.added':
      case 'source.changed':
        put(e.data as Source)
        break
      case 'source.removed':
        drop(e.object)
        break
      case 'hub.resync':
        reread()
    }
  }

  function start(): () => void {
    return follow({
      event: apply,
      connected(yes) {
        connected.value = yes
        if (yes) reread()
      },
    })
  }

  return { hub, sources, list, loaded, connected, restarts, refresh, put, drop, start }
})
