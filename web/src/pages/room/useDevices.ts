// Microphone and camera of whoever enters a room: opened, changed, lost and found again.
import { computed, onBeforeUnmount, onMounted, reactive, ref, shallowRef } from 'vue'
import { stored } from '@/app/stored'
import { type Devices, listDevices, openCamera, openMicrophone, type Trouble, troubleOf } from '@/media/devices'

export type Kind = 'microphone' | 'camera'

interface Picked {
  microphone: string
  camera: string
  loudspeaker: string
  /** The camera is on, or was when last in a room. */
  cameraOn: boolean
}

const text = (x: unknown) => (typeof x === 'string' ? x : '')

/** useDevices opens them once asked to, and closes them with the page. */
export function useDevices() {
  const picked = stored<Picked>('avhub.devices', (found) => {
    const f = (found ?? {}) as Partial<Record<keyof Picked, unknown>>
    return { microphone: text(f.microphone), camera: text(f.camera), loudspeaker: text(f.loudspeaker), cameraOn: f.cameraOn !== false }
  })
  const microphone = shallowRef<MediaStreamTrack | null>(null)
  const camera = shallowRef<MediaStreamTrack | null>(null)
  const trouble = reactive<Record<Kind, Trouble>>({ microphone: '', camera: '' })
  const lists = shallowRef<Devices>({ microphones: [], cameras: [], loudspeakers: [] })
  /** The system holds the microphone: a telephone call. */
  const interrupted = ref(false)
  const asking = ref(false)
  /** They were asked for, and answered. */
  const begun = ref(false)
  const ready = ref(false)
  let over = false

  const tracks = { microphone, camera }
  const open = { microphone: openMicrophone, camera: openCamera }

  async function start(kind: Kind) {
    try {
      const track = await open[kind](picked.value[kind])
      if (over) {
        track.stop()
        return
      }
      stop(kind)
      tracks[kind].value = track
      trouble[kind] = ''
      track.onended = () => lost(kind, track)
      if (kind === 'microphone') {
        interrupted.value = track.muted
        track.onmute = () => (interrupted.value = true)
        track.onunmute = () => (interrupted.value = false)
      }
    } catch (e) {
      stop(kind)
      trouble[kind] = troubleOf(e)
    }
    lists.value = await listDevices() // their names are known only now
  }

  function stop(kind: Kind) {
    const track = tracks[kind].value
    tracks[kind].value = null
    if (!track) return
    track.onended = null
    track.stop()
  }

  /** lost: unplugged, or taken by another program. */
  function lost(kind: Kind, track: MediaStreamTrack) {
    if (tracks[kind].value !== track) return
    tracks[kind].value = null
    trouble[kind] = 'lost'
    void start(kind) // another may be there
  }

  /** begin asks for what is to be sent. */
  async function begin() {
    begun.value = true
    asking.value = true
    await start('microphone') // one question after the other: some browsers lose the second
    if (picked.value.cameraOn) await start('camera')
    asking.value = false
    ready.value = true
  }

  async function turnCamera(on: boolean) {
    picked.value.cameraOn = on
    if (on) await start('camera')
    else {
      stop('camera')
      trouble.camera = ''
    }
  }

  async function choose(kind: Kind | 'loudspeaker', id: string) {
    picked.value[kind] = id
    if (kind === 'microphone' || (kind === 'camera' && picked.value.cameraOn)) await start(kind)
  }

  // Something was plugged in: what was missing may be there.
  async function changed() {
    lists.value = await listDevices()
    if (!begun.value) return
    const missing = (kind: Kind) => !tracks[kind].value && ['none', 'lost', 'busy'].includes(trouble[kind])
    if (missing('microphone') && lists.value.microphones.length) await start('microphone')
    if (picked.value.cameraOn && missing('camera') && lists.value.cameras.length) await start('camera')
  }

  onMounted(() => {
    navigator.mediaDevices?.addEventListener('devicechange', changed)
    void listDevices().then((l) => (lists.value = l))
  })
  onBeforeUnmount(() => {
    over = true
    navigator.mediaDevices?.removeEventListener('devicechange', changed)
    stop('microphone')
    stop('camera')
  })

  return {
    microphone, camera, trouble, lists, interrupted, asking, begun, ready, begin, start, turnCamera, choose,
    picked: computed(() => picked.value), cameraOn: computed(() => camera.value !== null),
  }
}

export type RoomDevices = ReturnType<typeof useDevices>
