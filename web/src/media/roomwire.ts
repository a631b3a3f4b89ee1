// What a page and the hub say to each other in a room: docs/room-protocol.md as types.
import type { Offer } from '@/api/types'

/** Title is what stands on a name plate, in both languages. */
export interface Title {
  chinese: string
  english: string
}

export type Place = 'outside' | 'waiting' | 'inside' | 'removed'
export type Muting = '' | 'self' | 'court' | 'asked'
export type Layout = 'speaker' | 'grid' | 'courtroom'

export interface Done {
  at: string
  by: string
}

/** Seen is somebody as others see them. */
export interface Seen {
  id: string
  name: string
  part: string
  title: Title
  place: Place
  here: boolean
  since: string
  muted: Muting
  hand?: string
  panel: boolean
  held_back: boolean
  speaks: boolean
  identity?: Done
  photo?: string
  why?: string
}

export interface Mark {
  at: string
  by: string
  text: string
}

export interface Line {
  at: string
  from: string
  name: string
  to?: string
  to_name?: string
  text: string
}

/** RoomView is the room as one may see it, whole. */
export interface RoomView {
  version: number
  locked: boolean
  layout: '' | Layout
  spotlight: string
  discipline: Done | null
  floor: { person: string; since: string; seconds?: number } | null
  people: Seen[]
  marks: Mark[]
  chat: Line[]
  offers: string[]
  you: Seen | null
  now: string
}

/** Lists that Go writes as null when they are empty. */
type Nullable<T> = { [K in keyof T]: T[K] extends (infer E)[] ? E[] | null : T[K] }

/** wholeView makes the lists of a room be there. */
export function wholeView(v: Nullable<RoomView>): RoomView {
  return { ...v, people: v.people ?? [], marks: v.marks ?? [], chat: v.chat ?? [], offers: v.offers ?? [] }
}

/** HearingNow is what the room knows of its hearing. */
export interface HearingNow {
  id: string
  kind: string
  state: string
  title: string
  number: string
  court: string
  public: boolean
  recording: boolean
  version: number
  /** Orders that one can give it now. */
  offers: Offer[] | null
}

/** KindRules are what differs between kinds of rooms. */
export interface KindRules {
  identity: boolean
  discipline: boolean
  layout: '' | Layout
  marks: Title[]
}

/** Stream is something that can be received. */
export interface Stream {
  id: string
  /** None: a camera of the hearing's place. */
  person?: string
  kind: 'camera' | 'screen' | 'courtroom'
  name: string
  sound: boolean
  picture: boolean
  width?: number
  height?: number
  live: boolean
  cause?: string
  /** Told to whoever runs the room, of devices that say what the room says. */
  loudspeaker?: Loudspeaker
}

/** Loudspeaker is how a device's is doing. */
export interface Loudspeaker {
  state: 'opening' | 'reached' | 'held' | 'away' | 'none' | 'browser'
  since: string
  /** Why it is away, as the causes of a source. */
  cause?: string
  detail?: string
  /** Who talks through it instead. */
  holder?: string
}

export type Quality = 'high' | 'low' | 'none'
export type SendKind = 'microphone' | 'camera' | 'screen' | 'screen_sound'

export interface Send {
  mid: string
  kind: SendKind
}

export interface Receive {
  mid: string
  stream: string
  quality: Quality
}

/** RoomCommand is an order to the room. */
export interface RoomCommand {
  kind: string
  person?: string
  why?: string
  text?: string
  layout?: '' | Layout
  seconds?: number
  photo?: string
}

export interface Welcome {
  type: 'welcome'
  you: string
  hidden: boolean
  hearing: HearingNow
  kind: KindRules
  room: RoomView
  streams: Stream[] | null
  ice_servers: RTCIceServer[] | null
}

/** News is what the hub tells without being asked. */
export type News =
  | Welcome
  | { type: 'room'; room: RoomView }
  | { type: 'hearing'; hearing: HearingNow }
  | { type: 'streams'; streams: Stream[] | null }
  | { type: 'layers'; layers?: Record<string, string[] | null> }
  | { type: 'speaking'; people: string[] | null }

/** Reply is what it says to a message with a ref. */
export type Reply =
  | { type: 'done'; ref: number }
  | { type: 'answer'; ref: number; sdp: string }
  | { type: 'refused'; ref?: number; code: string; detail: string; kind?: string }

/** Goodbyes after which there is nothing to try. */
export type Ending = 'closed' | 'removed' | 'taken_over' | 'logged_out'

export type FromHub = News | Reply | { type: 'keepalive' } | { type: 'bye'; reason: string; detail?: string }
