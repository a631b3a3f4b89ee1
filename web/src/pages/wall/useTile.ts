import { onBeforeUnmount, onMounted, type Ref, shallowRef, watch } from 'vue'
import type { Source } from '@/api/types'
import { nothing, Player, type Playing } from '@/media/player'
import { Screen } from '@/media/screen'
import type { Quality } from '@/media/whep'
import { useHub } from '@/stores/hub'
import { flowing, lineOf, soundOnly } from '@/words/source'

/** Watch is what a tile is to show. */
export interface Watch {
  source: Source
  opened: boolean
  sound: boolean
}

/** qualityFor is the stream for a tile: the sub stream in small ones, the best in an opened one. */
export function qualityFor(w: Pick<Watch, 'source' | 'opened'>): Quality {
  return !w.opened && w.source.sub ? 'sub' : 'auto'
}

/** useTile plays a source on two video elements for as long as the tile stands. */
export function useTile(want: () => Watch, a: Ref<HTMLVideoElement | null>, b: Ref<HTMLVideoElement | null>) {
  const hub = useHub()
  const playing = shallowRef<Playing>(nothing)
  let player: Player | null = null

  const line = () => lineOf(want().source, playing.value.served ?? qualityFor(want()))

  /** pointless: a source that has no picture is connected to once it is to be heard. */
  const pointless = () => soundOnly(line()) && !want().sound

  function wish() {
    const w = want()
    player?.want(pointless() ? null : { source: w.source.id, quality: qualityFor(w), sound: w.sound })
  }

  onMounted(() => {
    player = new Player(
      new Screen([a.value!, b.value!]),
      (p) => (playing.value = p),
      () => flowing(line().state),
    )
    wish()
  })
  onBeforeUnmount(() => player?.close())

  watch([() => want().source.id, () => qualityFor(want()), () => want().sound, pointless], wish)
  // A source that comes back, or is changed, is asked for again at once.
  // Each by itself: a list of them would be another one whenever the player says anything.
  watch([() => line().state, () => want().source.url, () => want().source.sub_url], () => player?.again())
  watch(() => hub.restarts, () => player?.renew())
  watch(() => hub.connected, (yes) => yes && player?.again())

  return { playing, line, retry: () => player?.again(), unblock: wish }
}
