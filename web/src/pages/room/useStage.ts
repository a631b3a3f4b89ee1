// What is shown how: the tiles, the layout, who is large.
import { computed, ref, watch } from 'vue'
import { stored } from '@/app/stored'
import type { Layout } from '@/media/roomwire'
import { mainOf, Speaker, tilesOf } from './tiles'
import type { Room } from './useRoom'

const layouts: Layout[] = ['speaker', 'grid', 'courtroom']

export function useStage(room: Room, clock: () => number) {
  const chosen = stored<Layout | ''>('avhub.room.layout', (found) => (layouts.includes(found as Layout) ? (found as Layout) : ''))
  const pinned = ref('')
  const speaker = ref('')
  const voices = new Speaker()
  const own = computed(() => room.you.value?.id ?? '')

  const tiles = computed(() => (room.room.value ? tilesOf(room.room.value, room.streams.value, own.value, clock()) : []))
  /** The court has set it for all. */
  const set = computed(() => Boolean(room.room.value?.layout))
  const layout = computed<Layout>(() => room.room.value?.layout || chosen.value || room.kind.value?.layout || 'speaker')
  // A pinned tile is large, whichever layout there was.
  const shownLayout = computed<Layout>(() => (pinned.value ? 'speaker' : layout.value))
  const main = computed(() => mainOf(tiles.value, room.room.value ?? { spotlight: '', floor: null }, pinned.value, speaker.value))

  watch(room.speaking, (people) => {
    if (voices.hear(people.filter((id) => id !== own.value), Date.now())) speaker.value = voices.current
  })
  watch(tiles, (all) => {
    if (!all.some((t) => t.id === pinned.value)) pinned.value = ''
  })

  /** turn goes on to the next layout. */
  function turn() {
    if (!set.value) chosen.value = layouts[(layouts.indexOf(layout.value) + 1) % layouts.length]!
  }

  return { tiles, layout, shownLayout, main, pinned, set, turn, choose: (l: Layout) => (chosen.value = l) }
}
