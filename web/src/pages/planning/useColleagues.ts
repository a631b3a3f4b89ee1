import { shallowRef, watch } from 'vue'
import { court } from '@/api/court'
import type { Colleague } from '@/api/types'

/** useColleagues knows who can sit in hearings of a court; of none, nobody. */
export function useColleagues(of: () => string) {
  const colleagues = shallowRef<Colleague[]>([])
  watch(
    of,
    async (id) => {
      if (!id) {
        colleagues.value = []
        return
      }
      const found = await court.colleagues(id).catch(() => [])
      if (of() === id) colleagues.value = found
    },
    { immediate: true },
  )
  return { colleagues }
}
