import { onBeforeUnmount, onMounted } from 'vue'
import { useHub } from '@/stores/hub'

/**
 * useHearingChanges has something read again when hearings change, as long as the
 * page is open. Changes that come while it is being read are read once more, and
 * not one by one: an import tells of hundreds.
 */
export function useHearingChanges(concerns: (id: string) => boolean, read: () => Promise<unknown>) {
  const hub = useHub()
  let reading = false
  let again = false

  async function changed(id: string | null) {
    if (id !== null && !concerns(id)) return
    if (reading) {
      again = true
      return
    }
    reading = true
    try {
      do {
        again = false
        await read()
      } while (again)
    } finally {
      reading = false
    }
  }

  let stop = () => {}
  onMounted(() => (stop = hub.followHearings((id) => void changed(id))))
  onBeforeUnmount(() => stop())
}
