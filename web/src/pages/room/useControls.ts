// The reader's own microphone, camera, hand and screen: what is sent, and what the room is told of it.
import { computed, onBeforeUnmount, ref, shallowRef, watch, watchEffect } from 'vue'
import { openScreen } from '@/media/devices'
import type { RoomCommand } from '@/media/roomwire'
import type { RoomDevices } from './useDevices'
import type { Room } from './useRoom'

/** useControls: quiet says whether the reader came in with the microphone off. */
export function useControls(room: Room, devices: RoomDevices, give: (c: RoomCommand) => Promise<boolean>, quiet: boolean) {
  const you = room.you
  const speaks = computed(() => you.value?.speaks === true)
  /** Turned off here, before the hub has heard of it: nothing is heard from the press on. */
  const off = ref(quiet)
  const microphoneOn = computed(() => speaks.value && you.value?.muted === '' && !off.value && devices.microphone.value !== null)
  const screen = shallowRef<MediaStreamTrack | null>(null)
  let screenSound: MediaStreamTrack | null = null

  // Muted once by oneself or the court, it is the room that says when it is on again. At
  // once: what follows from both must not see one without the other.
  watch(() => you.value?.muted, (now, was) => {
    if (now !== '' && was === '') off.value = true
    if (now === '' && was !== undefined && was !== '') off.value = false
  }, { flush: 'sync' })

  watch([devices.microphone, speaks], ([track, may]) => room.send('microphone', may ? track : null), { immediate: true })
  watch([devices.camera, speaks], ([track, may]) => room.send('camera', may ? track : null), { immediate: true })
  watchEffect(() => {
    if (devices.microphone.value) devices.microphone.value.enabled = microphoneOn.value
  })

  // Whoever is in without a microphone, or with it off, is muted for the others, too.
  const mustMute = computed(() => room.inside.value && you.value?.place === 'inside' && speaks.value && you.value.muted === '' && devices.ready.value && (off.value || !devices.microphone.value))
  watch(mustMute, (yes) => yes && void give({ kind: 'mute' }), { immediate: true })

  async function microphone(): Promise<void> {
    const y = you.value
    if (!y?.speaks || y.muted === 'court') return // the sentence beside says what to do
    if (y.muted === '' && !off.value) {
      off.value = true // the watch tells the room
      return
    }
    if (!devices.microphone.value) await devices.start('microphone')
    if (!devices.microphone.value) return
    if (y.muted === '' || (await give({ kind: 'unmute' }))) off.value = false
  }

  const camera = () => devices.turnCamera(!devices.camera.value)
  const hand = () => give({ kind: you.value?.hand ? 'lower_hand' : 'raise_hand' })

  async function share() {
    if (screen.value) return endShare()
    try {
      const { picture, sound } = await openScreen()
      picture.onended = endShare // by the browser's own button
      screen.value = picture
      screenSound = sound
      room.send('screen', picture)
      if (sound) room.send('screen_sound', sound)
    } catch {
      // They have changed their mind.
    }
  }

  function endShare() {
    screen.value?.stop()
    screenSound?.stop()
    screen.value = screenSound = null
    room.send('screen', null)
    room.send('screen_sound', null)
  }

  onBeforeUnmount(() => {
    screen.value?.stop()
    screenSound?.stop()
  })
  return { microphoneOn, screen, microphone, camera, hand, share }
}
