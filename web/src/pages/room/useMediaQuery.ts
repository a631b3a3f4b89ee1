import { onBeforeUnmount, ref } from 'vue'

/** useMediaQuery tells whether the window is such as a query says. */
export function useMediaQuery(query: string) {
  const list = matchMedia(query)
  const fits = ref(list.matches)
  const see = () => (fits.value = list.matches)
  list.addEventListener('change', see)
  onBeforeUnmount(() => list.removeEventListener('change', see))
  return fits
}
