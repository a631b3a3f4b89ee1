// Case files: taking recordings away, what people write about gaps, legal holds.
import { items, json, request } from './client'
import type { RecordingGap } from './recordings'
import type { components } from './schema'

type Schemas = components['schemas']

export type ExportContents = Schemas['ExportContents']
export type HoldState = Schemas['HoldState']
export type Composition = Schemas['Composition']
export type Layout = Composition['layout']

/** Taken is what is taken away: one recording, those of a hearing, those of a case. */
export interface Taken {
  of: 'recordings' | 'hearings' | 'cases'
  id: string
  /** A stretch in seconds since the first recording's beginning; left out: all of it. */
  clip?: { start: number; duration: number }
  /** A composed picture that is to be in it. */
  composed?: string
  /** With one MP4 of each camera, to watch. */
  movies?: boolean
}

const path = (x: Taken) => `/api/v1/${x.of}/${encodeURIComponent(x.id)}`
const stretch = (x: Taken): Record<string, string> => ({
  ...(x.clip ? { start: x.clip.start.toFixed(6), duration: x.clip.duration.toFixed(6) } : {}),
  ...(x.composed ? { composed: x.composed } : {}),
  ...(x.movies ? { movies: 'true' } : {}),
})
const gap = (recording: string, number: number) => `/api/v1/recordings/${encodeURIComponent(recording)}/gaps/${number}`

/** exportURL is what a browser downloads: these very bytes, or nothing. */
export const exportURL = (x: Taken, tag: string, reason: string) => `${path(x)}/export?${new URLSearchParams({ ...stretch(x), tag, ...(reason ? { reason } : {}) })}`

export const casefile = {
  compose: (hearing: string, layout: Layout, watermark: string) => json<Composition>(`/api/v1/hearings/${encodeURIComponent(hearing)}/compositions`, 'POST', { layout, ...(watermark ? { watermark } : {}) }),
  compositions: (hearing: string) => items<Composition>(`/api/v1/hearings/${encodeURIComponent(hearing)}/compositions`),
  contents: (x: Taken) => json<ExportContents>(`${path(x)}/export/contents?${new URLSearchParams(stretch(x))}`),
  /** certificate is the printed one, of a recording or of a hearing. */
  certificate: async (x: Pick<Taken, 'of' | 'id'>, reason: string) => (await request(`${path(x)}/certificate.pdf${reason ? `?${new URLSearchParams({ reason })}` : ''}`)).blob(),
  explain: (recording: string, number: number, text: string) => json<RecordingGap>(`${gap(recording, number)}/explanation`, 'PUT', { text }),
  sign: (recording: string, number: number, text: string) => json<RecordingGap>(`${gap(recording, number)}/signature`, 'PUT', { text }),
  hold: (x: Pick<Taken, 'of' | 'id'>, on: boolean, reason: string) => json<HoldState>(`${path(x)}/hold`, 'PUT', { on, reason }),
}
