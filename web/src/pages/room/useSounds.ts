import { computed, type Ref, ref } from 'vue'
import type { Tracks } from '@/media/roompeer'

/** useSounds are the sounds of a room's streams, and which of them the browser holds back until it is touched. */
export function useSounds(tracks: Ref<Map<string, Tracks>>) {
  const sounds = computed(() => [...tracks.value].flatMap(([id, { sound }]) => (sound ? [{ id, track: sound }] : [])))
  const silent = ref(new Set<string>())
  /** Each touch has those that are held back tried once more. */
  const tries = ref(0)

  function blocked(id: string, yes: boolean) {
    const next = new Set(silent.value)
    if (yes) next.add(id)
    else next.delete(id)
    silent.value = next
  }

  return { sounds, silent, tries, blocked }
}
