// The API's types, from web/openapi.json (`npm run types`). OpenAPI's
// references cannot say "or null", so the members that can be null say it here.
import type { components } from './schema'

type Schemas = components['schemas']

export type Video = Schemas['Video']
export type Audio = Schemas['Audio']
export type Cause = Schemas['Cause']
export type Hub = Schemas['Hub']
export type Problem = Schemas['Problem']
export type Door = Schemas['Door']
export type Authority = Schemas['Authority']
export type Guide = Schemas['Guide']
export type Me = Schemas['Me']
export type Court = Schemas['CourtInfo']
export type Secret = Schemas['Secret']
export type LogIn = Schemas['SessionInfo']
export type Token = Schemas['TokenInfo']
export type NewToken = Schemas['NewToken']
export type TokenInput = Schemas['TokenInputBody']
export type DemoUser = Schemas['DemoUser']
export type SetUp = Schemas['SetUpInputBody']
export type AuditEntry = Schemas['AuditEntry']
export type AuditPage = Omit<Schemas['AuditPage'], 'items'> & { items: AuditEntry[] }
export type LedgerHead = Schemas['Head']
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
export type RecordingNow = Lists<Schemas['Recording']>
export type Source = Omit<Schemas['Source'], 'main' | 'sub'> & { main: Line; sub: Line | null }
export type ProbeResult = Omit<Schemas['ProbeResult'], keyof Media | 'findings'> & Media & { findings: Finding[] }

/** Lists is T with its lists, which Go writes as null when they are empty. */
export type Lists<T> = { [K in keyof T]: T[K] extends (infer E)[] | null ? E[] : T[K] }

export type Grant = Schemas['Grant']
export type User = Lists<Schemas['Account']>
export type NewUser = Schemas['AddUserInputBody']
export type UserChange = Partial<NewUser>
export type Place = Schemas['Site']
export type Case = Schemas['Case']
export type CaseInput = Schemas['CaseSettings']
export type CaseView = Lists<Schemas['CaseWithHearings']>
export type Party = Schemas['Party']
export type CheckedNumber = Schemas['CheckedNumber']
export type Plan = Schemas['Plan']
export type Member = Schemas['Member']
export type Hearing = Lists<Schemas['HearingInfo']>
export type HearingView = Lists<Schemas['HearingView']>
export type HearingEvent = Schemas['Event']
export type Offer = Schemas['Offer']
export type Command = Schemas['Command']
export type Clash = Schemas['PlanClash']
export type Participant = Schemas['Participant']
export type Person = Schemas['Person']
export type Colleague = Lists<Schemas['Colleague']>
export type Link = Lists<Schemas['LinkInfo']>
export type NewLink = Lists<Schemas['NewLink']>
export type LinkInput = Schemas['LinkInputBody']
export type Joined = Schemas['Joined']
export type Imported = Lists<Schemas['Imported']>
export type ImportProblem = Schemas['ImportProblem']
export type ImportRow = Schemas['ImportRow']
export type KindFacts = Lists<Schemas['KindFacts']>
export type PartFacts = Lists<Schemas['PartFacts']>
export type StandingFacts = Schemas['StandingFacts']
export interface Vocabulary {
  kinds: KindFacts[]
  parts: PartFacts[]
  standings: StandingFacts[]
}
