// The API's types, from web/openapi.json (`npm run types`). OpenAPI's
// references cannot say "or null", so the members that can be null say it here.
import type { components } from './schema'

type Schemas = components['schemas']

export type Video = Schemas['Video']
export type Audio = Schemas['Audio']
export type Cause = Schemas['Cause']
export type Hub = Schemas['Hub']
export type Problem = Schemas['Problem']
export type Finding = Schemas['Finding']
export type SourceInput = Schemas['SourceInput']
export type NewSource = Schemas['AddInputBody']
export type ProbeInput = Schemas['ProbeInputBody']
export type State = Schemas['Line']['state']
export type Site = NonNullable<NewSource['site']>

interface Media {
  video: Video | null
  audio: Audio | null
  cause: Cause | null
}

export type Line = Omit<Schemas['Line'], keyof Media> & Media
export type Source = Omit<Schemas['Source'], 'main' | 'sub'> & { main: Line; sub: Line | null }
export type ProbeResult = Omit<Schemas['ProbeResult'], keyof Media | 'findings'> & Media & { findings: Finding[] }
