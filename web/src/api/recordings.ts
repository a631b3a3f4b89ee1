// What was recorded, as the hub tells of it.
import { json, request } from './client'
import type { Lists } from './types'
import type { components } from './schema'

type Schemas = components['schemas']

export type RecordingSummary = Schemas['RecordingSummary']
export type RecordingGap = Schemas['RecordingGap']
export type RecordingMark = Schemas['RecordingMark']
export type RecordingFile = Schemas['RecordingSegment']
export type Coding = Lists<Schemas['Coding']>
export type CodedTrack = Schemas['CodedTrack']
export type Part = Schemas['RecordingPart']
export type PartList = Lists<Schemas['PartList']>
export type Frame = Schemas['RecordingFrame']
export type RecordingPage = Lists<Schemas['RecordingPage']>
export type Recording = Omit<Lists<Schemas['RecordingDetail']>, 'codings' | 'held' | 'seal'> & {
  codings: Coding[]
  held: Schemas['RecordingHold'] | null
  seal: Lists<Schemas['RecordingSeal']> | null
}

const one = (id: string) => `/api/v1/recordings/${encodeURIComponent(id)}`
const file = (number: number) => `${String(number).padStart(6, '0')}.mp4`

/** Addresses for what plays by itself. */
export const hlsURL = (id: string) => `${one(id)}/index.m3u8?gaps=keep`
export const thumbnailURL = (id: string, at: number, width: number) => `${one(id)}/thumbnail.jpg?at=${at.toFixed(3)}&width=${width}`

export const recordings = {
  list: (query: Record<string, string>) => json<RecordingPage>(`/api/v1/recordings?${new URLSearchParams(query)}`),
  one: (id: string) => json<Recording>(one(id)),
  mark: (id: string, at: number, text: string) => json<RecordingMark>(`${one(id)}/marks`, 'POST', { at: Number(at.toFixed(6)), text }),
  parts: (id: string, start: number, duration: number, signal?: AbortSignal) =>
    json<PartList>(`${one(id)}/parts?start=${start.toFixed(6)}&duration=${duration}`, 'GET', undefined, signal),
  frames: async (id: string, start: number, duration: number) =>
    (await json<{ items: Frame[] | null }>(`${one(id)}/frames?start=${Math.max(0, start).toFixed(6)}&duration=${duration}`)).items ?? [],
  /** init is what goes before the parts of a coding. */
  init: async (id: string, coding: number, signal: AbortSignal) => new Uint8Array(await (await request(`${one(id)}/inits/${file(coding)}`, { signal })).arrayBuffer()),
  /** bytes are those of parts that follow each other in a segment's file. */
  bytes: async (id: string, segment: number, from: number, size: number, signal: AbortSignal) =>
    new Uint8Array(await (await request(`${one(id)}/segments/${file(segment)}`, { signal, headers: { Range: `bytes=${from}-${from + size - 1}` } })).arrayBuffer()),
}
