import { onBeforeUnmount, type Ref, ref, watch } from 'vue'

/**
 * usePicture shows a track in a video element. The track before stays until the new one
 * carries pictures: a connection that is made anew shows no black.
 */
export function usePicture(element: Ref<HTMLVideoElement | null>, track: () => MediaStreamTrack | null) {
  /** A picture has come. */
  const shown = ref(false)
  let stop = () => {}

  function attach(video: HTMLVideoElement, t: MediaStreamTrack) {
    video.srcObject = new MediaStream([t])
    video.muted = true
    void video.play().catch(() => {}) // a muted element may always play; it was replaced
    if (video.requestVideoFrameCallback) video.requestVideoFrameCallback(() => (shown.value = true))
    else video.onplaying = () => (shown.value = true)
  }

  watch(
    [element, track],
    ([video, t]) => {
      stop()
      stop = () => {}
      if (!video) return
      if (!t) {
        video.srcObject = null
        shown.value = false
      } else if (t.muted && shown.value) {
        const comes = () => attach(video, t)
        t.addEventListener('unmute', comes, { once: true })
        stop = () => t.removeEventListener('unmute', comes)
      } else {
        attach(video, t)
      }
    },
    { immediate: true, flush: 'post' },
  )
  onBeforeUnmount(() => {
    stop()
    if (element.value) element.value.srcObject = null
  })
  return shown
}
