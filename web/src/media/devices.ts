// Microphone, camera and screen of the machine that the page is on, and why there may be
// none.

/** Trouble is why a device cannot be had. */
export type Trouble = '' | 'denied' | 'none' | 'busy' | 'insecure' | 'lost' | 'failed'

/** troubleOf reads what a browser throws when it gives no device. */
export function troubleOf(e: unknown): Trouble {
  switch ((e as { name?: string } | null)?.name) {
    case 'NotAllowedError':
    case 'PermissionDeniedError':
    case 'SecurityError':
      return 'denied'
    case 'NotFoundError':
    case 'DevicesNotFoundError':
    case 'OverconstrainedError':
      return 'none'
    case 'NotReadableError':
    case 'TrackStartError':
    case 'AbortError':
      return 'busy'
    case 'TypeError': // there are no devices without TLS
      return 'insecure'
  }
  return 'failed'
}

const ideal = (id: string) => (id ? { deviceId: { ideal: id } } : {})

/** openMicrophone asks for a microphone, that one if it is there. */
export async function openMicrophone(id: string): Promise<MediaStreamTrack> {
  const s = await navigator.mediaDevices.getUserMedia({ audio: { ...ideal(id), echoCancellation: true, noiseSuppression: true, autoGainControl: true } })
  return s.getAudioTracks()[0]!
}

/** openCamera asks for a camera, that one if it is there. */
export async function openCamera(id: string): Promise<MediaStreamTrack> {
  const s = await navigator.mediaDevices.getUserMedia({
    video: { ...ideal(id), width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 25, max: 30 }, ...(id ? {} : { facingMode: 'user' }) },
  })
  return s.getVideoTracks()[0]!
}

/** openScreen asks which window or screen is to be shown. */
export async function openScreen(): Promise<{ picture: MediaStreamTrack; sound: MediaStreamTrack | null }> {
  const s = await navigator.mediaDevices.getDisplayMedia({ video: { frameRate: { max: 15 } }, audio: true })
  return { picture: s.getVideoTracks()[0]!, sound: s.getAudioTracks()[0] ?? null }
}

/** sharesScreens tells whether the browser can show a screen: phones cannot. */
export const sharesScreens = () => typeof navigator.mediaDevices?.getDisplayMedia === 'function'

export interface Devices {
  microphones: MediaDeviceInfo[]
  cameras: MediaDeviceInfo[]
  loudspeakers: MediaDeviceInfo[]
}

export async function listDevices(): Promise<Devices> {
  const all = (await navigator.mediaDevices?.enumerateDevices().catch(() => [])) ?? []
  const of = (kind: MediaDeviceKind) => all.filter((d) => d.kind === kind && d.deviceId)
  return { microphones: of('audioinput'), cameras: of('videoinput'), loudspeakers: of('audiooutput') }
}
