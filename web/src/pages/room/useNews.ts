import { ref, watch } from 'vue'
import { useI18n } from 'vue-i18n'
import { changesOf } from './words'
import type { Room } from './useRoom'

/** useNews says aloud, to a screen reader, what changes in the room and in its hearing. */
export function useNews(room: Room) {
  const { t } = useI18n()
  const spoken = ref('')
  watch(room.room, (now, before) => {
    if (!now || !before || now.version < before.version) return
    const said = changesOf(before, now, now.offers.includes('admit'))
    if (said.length) spoken.value = said.slice(0, 4).map((s) => t(s.key, s.args)).join(' ')
  })
  watch(() => room.hearing.value?.state, (state, before) => {
    if (state && before) spoken.value = t('room.news.state', { state: t(`hearingState.${state}`) })
  })
  watch(() => room.hearing.value?.recording, (yes, before) => {
    if (before !== undefined) spoken.value = t(yes ? 'room.news.records' : 'room.news.recordsNot')
  })
  return spoken
}
