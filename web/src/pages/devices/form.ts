// The form of a device as plain data: from a source, to what the API takes, and
// what is wrong with it.
import type { NewSource, Site, Source, SourceInput } from '@/api/types'

export interface Form {
  kind: 'pull' | 'push'
  id: string
  name: string
  site: Site | ''
  court: string
  /** Id of the place that it stands in; empty: one of its own. */
  place: string
  url: string
  sub_url: string
  transport: NonNullable<NewSource['transport']>
  start: NonNullable<NewSource['start']>
  record: NonNullable<NewSource['record']>
  loudspeaker: NonNullable<NewSource['loudspeaker']>
}

export function formOf(source: Source | null): Form {
  return {
    kind: source?.kind ?? 'pull',
    id: source?.id ?? '',
    name: source?.name ?? '',
    site: (source?.site ?? 'courtroom') as Site | '',
    court: source?.court ?? '',
    place: source?.site_id ?? '',
    url: source?.url ?? '',
    sub_url: source?.sub_url ?? '',
    transport: source?.transport ?? 'auto',
    start: source?.start ?? 'always',
    record: source?.record ?? 'never',
    loudspeaker: source?.loudspeaker ?? 'auto',
  }
}

/** inputOf is the form as the API takes it. */
export function inputOf(f: Form): SourceInput {
  const pull = f.kind === 'pull'
  const input: SourceInput = {
    name: f.name.trim(),
    court: f.court,
    site_id: f.place,
    url: pull ? f.url.trim() : '',
    sub_url: pull ? f.sub_url.trim() : '',
    transport: f.transport,
    start: f.start,
    record: f.record,
    loudspeaker: f.loudspeaker,
  }
  return f.site ? { ...input, site: f.site } : input
}

/** addressOK takes what an RTSP client can open. The hub looks more closely. */
export function addressOK(url: string): boolean {
  return /^rtsps?:\/\/([^\s/]*@)?[^\s/@]+(\/\S*)?$/i.test(url.trim())
}

/** faultsOf names the fields that cannot be saved and the words that say why. */
export function faultsOf(f: Form, isNew: boolean, taken: (id: string) => boolean): Record<string, string> {
  const faults: Record<string, string> = {}
  if (isNew && !/^[a-z0-9][a-z0-9-]{0,62}$/.test(f.id)) faults.id = 'invalid.id'
  else if (isNew && taken(f.id)) faults.id = 'invalid.taken'
  if (f.kind === 'pull') {
    if (!addressOK(f.url)) faults.url = 'invalid.url'
    if (f.sub_url.trim() && !addressOK(f.sub_url)) faults.sub_url = 'invalid.url'
  }
  return faults
}
