import { computed, ref, watch } from 'vue'
import { stored } from '@/app/stored'
import { useHub } from '@/stores/hub'
import { checkArrangement, fitting, ordered, pages, type Size, swapped, tiles } from './arrangement'

/** useWall is the wall's state: the arrangement, and which tile is opened, heard, measured. */
export function useWall() {
  const hub = useHub()
  const kept = stored('avhub.wall', checkArrangement)
  const opened = ref<string | null>(null)
  const heard = ref<string | null>(null)
  const measured = ref<Record<string, boolean>>({})

  const ids = computed(() => ordered(kept.value.order, hub.list.filter((s) => s.may.watch).map((s) => s.id)))
  const size = computed(() => kept.value.size ?? fitting(hub.loaded ? ids.value.length : 4))
  const count = computed(() => pages(ids.value.length, size.value))
  const page = computed(() => Math.min(kept.value.page, count.value - 1))
  const shown = computed(() => tiles(ids.value, size.value, page.value))

  function resize(to: Size) {
    const first = page.value * size.value // stays on the screen
    kept.value = { ...kept.value, size: to, page: Math.floor(first / to) }
    opened.value = null
  }

  function turn(by: 1 | -1) {
    kept.value = { ...kept.value, page: Math.min(Math.max(page.value + by, 0), count.value - 1) }
    opened.value = null
  }

  /** move puts a source on a place of this screen; what stood there takes its place. */
  function move(id: string, place: number) {
    kept.value = { ...kept.value, order: swapped(ids.value, id, page.value * size.value + place) }
  }

  const flip = (one: typeof opened, id: string) => (one.value = one.value === id ? null : id)

  // What has left the screen is neither opened nor heard any more.
  watch(shown, (on) => {
    if (opened.value && !on.includes(opened.value)) opened.value = null
    if (heard.value && !on.includes(heard.value)) heard.value = null
  })

  return {
    size,
    page,
    count,
    shown,
    opened,
    heard,
    measured,
    resize,
    turn,
    move,
    open: (id: string) => flip(opened, id),
    hear: (id: string) => flip(heard, id),
    measure: (id: string) => (measured.value = { ...measured.value, [id]: !measured.value[id] }),
  }
}
