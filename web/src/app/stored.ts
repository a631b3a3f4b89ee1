import { type Ref, ref, watch } from 'vue'

/**
 * stored is a value that this browser keeps. What is found there goes through
 * check, which makes a usable value of anything.
 */
export function stored<T>(key: string, check: (found: unknown) => T): Ref<T> {
  const value = ref(check(read(key))) as Ref<T>
  watch(
    value,
    (v) => {
      try {
        localStorage.setItem(key, JSON.stringify(v))
      } catch {
        // A browser that keeps nothing still shows everything.
      }
    },
    { deep: true },
  )
  return value
}

function read(key: string): unknown {
  try {
    return JSON.parse(localStorage.getItem(key) ?? 'null')
  } catch {
    return null
  }
}
