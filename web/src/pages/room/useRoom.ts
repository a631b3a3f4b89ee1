// A room as the page has it: the link, the connection for media, and what the hub has
// said, as it said it.
import { computed, onBeforeUnmount, ref, shallowRef, watch } from 'vue'
import { type Standing, RoomLink } from '@/media/room'
import { RoomPeer, type Tracks } from '@/media/roompeer'
import { type HearingNow, type KindRules, type News, type Quality, type RoomCommand, type RoomView, type SendKind, type Stream, type Welcome, wholeView } from '@/media/roomwire'
import type { Command } from '@/api/types'

// A path that has not been found by then is said to be missing.
const blockedAfter = 8000
// The connection before goes on until the new one carries pictures, at most as long as the hub keeps it.
const overlap = 5000

const keptKey = (hearing: string) => `avhub.room.${hearing}`

/** wasIn is when this tab was last in the room; 0: it was not. */
export const wasIn = (hearing: string) => Number(sessionStorage.getItem(keptKey(hearing))) || 0

export function useRoom(hearing: string) {
  const standing = ref<Standing>({ at: 'connecting' })
  const welcome = shallowRef<Welcome | null>(null)
  const room = shallowRef<RoomView | null>(null)
  const now = shallowRef<HearingNow | null>(null)
  const streams = shallowRef<Stream[]>([])
  const speaking = shallowRef<string[]>([])
  const tracks = shallowRef(new Map<string, Tracks>())
  const flows = ref<boolean | null>(null)
  const blocked = ref(false)
  /** The hub's clock less this machine's, in ms. */
  let ahead = 0

  const sent = new Map<SendKind, MediaStreamTrack>()
  let peer: RoomPeer | null = null
  let qualities = new Map<string, Quality>()
  let blockedTimer: ReturnType<typeof setTimeout> | undefined

  const link = new RoomLink(hearing, { news: take, standing: stand }, wasIn(hearing))
  const kind = computed<KindRules | null>(() => welcome.value?.kind ?? null)
  const you = computed(() => room.value?.you ?? null)
  const inside = computed(() => standing.value.at !== 'ended' && (you.value?.place === 'inside' || welcome.value?.hidden === true))
  const serverNow = () => Date.now() + ahead

  function stand(s: Standing) {
    standing.value = s
    if (s.at === 'ended' || s.at === 'elsewhere' || s.at === 'refused') {
      sessionStorage.removeItem(keptKey(hearing))
      endPeer()
    }
  }

  function take(n: News) {
    switch (n.type) {
      case 'welcome':
        welcome.value = n
        streams.value = n.streams ?? []
        now.value = n.hearing
        speaking.value = []
        seen(n.room)
        sessionStorage.setItem(keptKey(hearing), String(Date.now()))
        if (inside.value) renewPeer()
        break
      case 'room': seen(n.room); break
      case 'hearing': now.value = n.hearing; break
      case 'streams': streams.value = n.streams ?? []; break
      case 'speaking': speaking.value = n.people ?? []; break
      case 'layers': peer?.layers(n.layers ?? {})
    }
  }

  function seen(v: RoomView) {
    room.value = wholeView(v)
    ahead = Date.parse(v.now) - Date.now()
  }

  /** own and what is not there any more are not received. */
  const wanted = computed(() => streams.value.filter((s) => s.live && (!s.person || s.person !== you.value?.id)))

  function renewPeer() {
    const before = peer
    let after: ReturnType<typeof setTimeout> | undefined
    const letGo = () => {
      clearTimeout(after)
      before?.close()
    }
    if (before) after = setTimeout(letGo, overlap)
    flows.value = null
    blocked.value = false
    clearTimeout(blockedTimer)
    blockedTimer = setTimeout(() => (blocked.value = flows.value !== true), blockedAfter)
    const fresh: RoomPeer = new RoomPeer(link, welcome.value?.ice_servers ?? [], {
      tracks: (of) => peer === fresh && (tracks.value = of),
      flows(yes) {
        if (peer !== fresh) return
        flows.value = yes
        if (yes) {
          blocked.value = false
          letGo()
        }
      },
    })
    peer = fresh
    for (const [kind, track] of sent) fresh.send(kind, track)
    fresh.show(qualities)
    fresh.receive(wanted.value)
  }

  function endPeer() {
    clearTimeout(blockedTimer)
    peer?.close()
    peer = null
    flows.value = null
    blocked.value = false
    tracks.value = new Map()
  }

  watch(inside, (yes) => {
    if (!yes) endPeer()
    else if (!peer && standing.value.at === 'open') renewPeer()
  })
  watch(wanted, (w) => peer?.receive(w))

  /** send sends a track to the room, or stops to. */
  function send(kind: SendKind, track: MediaStreamTrack | null) {
    if (track) sent.set(kind, track)
    else sent.delete(kind)
    peer?.send(kind, track)
  }

  function show(of: Map<string, Quality>) {
    qualities = of
    peer?.show(of)
  }

  // The network has changed: the link is tried, and a new path looked for.
  const network = (navigator as Navigator & { connection?: EventTarget }).connection
  const moved = () => {
    link.probe()
    peer?.restart()
  }
  // A page that was asleep looks whether its link is still there.
  const woken = () => document.visibilityState === 'visible' && link.probe()
  addEventListener('online', moved)
  network?.addEventListener('change', moved)
  document.addEventListener('visibilitychange', woken)
  onBeforeUnmount(() => {
    removeEventListener('online', moved)
    network?.removeEventListener('change', moved)
    document.removeEventListener('visibilitychange', woken)
    endPeer()
    link.close()
  })

  return {
    standing, welcome, room, hearing: now, kind, streams, speaking, tracks, flows, blocked, you, inside, serverNow, send, show,
    open: (takeOver = false) => link.open(takeOver),
    leave: () => link.close(),
    command: (c: RoomCommand) => link.command(c),
    order: (c: Command) => link.order(c),
    stats: async () => peer?.stats() ?? null,
  }
}

export type Room = ReturnType<typeof useRoom>
