import { onMounted, shallowRef } from 'vue'
import { api } from '@/api/client'
import type { Court } from '@/api/types'

/** useCourts knows the courts by their names; one that cannot be read goes by its id. */
export function useCourts() {
  const courts = shallowRef<Court[]>([])
  onMounted(async () => (courts.value = await api.courts().catch(() => [])))
  const courtName = (id: string) => courts.value.find((c) => c.id === id)?.name ?? id
  return { courts, courtName }
}
