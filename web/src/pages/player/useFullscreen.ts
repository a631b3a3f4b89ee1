import { onBeforeUnmount, onMounted, ref, type Ref } from 'vue'

/** useFullscreen shows one element alone on the screen, and back. */
export function useFullscreen(element: Ref<HTMLElement | null>) {
  const full = ref(false)
  const note = () => (full.value = document.fullscreenElement !== null)
  function fullscreen() {
    if (document.fullscreenElement) void document.exitFullscreen()
    else void element.value?.requestFullscreen?.()
  }
  onMounted(() => document.addEventListener('fullscreenchange', note))
  onBeforeUnmount(() => document.removeEventListener('fullscreenchange', note))
  return { full, fullscreen }
}
