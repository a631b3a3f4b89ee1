/** stillOf is what somebody's tile shows now, as an address of a picture; empty: it shows none. */
export function stillOf(person: string): string {
  const video = document.querySelector<HTMLVideoElement>(`[data-tile="person-${CSS.escape(person)}"] video.shown`)
  if (!video?.videoWidth) return ''
  const canvas = document.createElement('canvas')
  canvas.width = video.videoWidth
  canvas.height = video.videoHeight
  canvas.getContext('2d')?.drawImage(video, 0, 0)
  return canvas.toDataURL('image/jpeg', 0.88)
}
