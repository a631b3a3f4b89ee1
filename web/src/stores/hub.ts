// What the pages know of the hub: its sources, kept up to date by its events.
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { api } from '@/api/client'
import { type Event, follow } from '@/api/events'
import type { Hub, RecordingNow, Source } from '@/api/types'
import { useMe } from './me'

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

  /** Where players and encoders find the hub: within TLS where it has a certificate. */
  const rtsp = computed(() => ({ scheme: (hub.value?.rtsps ? 'rtsps' : 'rtsp') as 'rtsp' | 'rtsps', port: hub.value?.rtsp_port ?? 8554 }))

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
      case 'recording.segment':
      case 'recording.gap':
      case 'recording.gap_end':
      case 'recording.sealed':
        recorded(e)
        break
      case 'hearing.changed':
        tellHearing(e.object)
        break
      case 'hub.resync':
        reread()
        tellHearing(null)
    }
  }

  /** recorded asks how a source is being recorded now. A new file each minute says nothing new. */
  function recorded(e: Event) {
    const source = sources.value[e.object]
    if (!source || (e.type === 'recording.segment' && source.recording.state === 'recording')) return
    void api.recordingOf(e.object).then((r) => tellRecording(e.object, r)).catch(() => {}) // the next event or the next connection tells
  }

  function tellRecording(id: string, recording: RecordingNow) {
    const source = sources.value[id]
    if (source) put({ ...source, recording })
  }

  // Those who look at hearings, see useHearingChanges.
  const hearingFollowers = new Set<(id: string | null) => void>()
  const tellHearing = (id: string | null) => hearingFollowers.forEach((told) => told(id))

  /** followHearings tells of hearings that change, null for any of them, until the returned function is called. */
  function followHearings(told: (id: string | null) => void): () => void {
    hearingFollowers.add(told)
    return () => hearingFollowers.delete(told)
  }

  /** start follows the hub; a guest, who came by a join link, is told of their hearing alone. */
  function start(guest = false): () => void {
    connected.value = null
    let before = false
    const stop = follow({
      event: apply,
      connected(yes) {
        connected.value = yes
        if (!yes) void useMe().check()
        if (yes && !guest) reread()
        if (yes && before) tellHearing(null) // what happened meanwhile nobody has told
        before ||= yes
      },
    })
    return () => {
      stop()
      sources.value = {} // the next user may not be allowed to see them
      loaded.value = false
    }
  }

  return { hub, rtsp, sources, list, loaded, connected, restarts, refresh, put, drop, tellRecording, start, followHearings }
})
