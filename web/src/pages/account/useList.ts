import { onMounted, ref, shallowRef } from 'vue'

/** useList reads a list when the page opens, and again when told. */
export function useList<T>(read: () => Promise<T[]>) {
  /** null: not read yet. */
  const items = shallowRef<T[] | null>(null)
  const failed = ref(false)

  async function load() {
    try {
      items.value = await read()
      failed.value = false
    } catch {
      failed.value = true
    }
  }

  onMounted(load)
  return { items, failed, load }
}
