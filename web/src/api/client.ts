// The one place that talks to the hub's HTTP API.
import type {
  AuditPage, Authority, Court, Door, Hub, LedgerHead, LogIn, Me, NewSource, NewToken, ProbeInput, ProbeResult, Problem, RecordingNow, Secret,
  SetUp, Source, SourceInput, Token, TokenInput,
} from './types'

/** Refusal is an answer that is not a success: an RFC 9457 problem. */
export class Refusal extends Error {
  constructor(
    readonly problem: Problem,
    readonly retryAfter: number | null = null,
  ) {
    super(problem.detail)
  }

  /** What is wrong with the fields of the request, by field name. */
  get fields(): Record<string, string> {
    return Object.fromEntries((this.problem.errors ?? []).map((e) => [e.location.replace(/^body\./, ''), e.message]))
  }
}

/** Unreachable says that the hub did not answer at all. */
export class Unreachable extends Error {}

let onStranger = () => {}

/** whenStranger is told whenever the hub says that nobody is logged in. */
export function whenStranger(told: () => void) {
  onStranger = told
}

/** request sends one request and returns the answer, if it is a success. */
export async function request(path: string, init: RequestInit = {}): Promise<Response> {
  let answer: Response
  try {
    answer = await fetch(path, { cache: 'no-store', ...init })
  } catch (e) {
    if (init.signal?.aborted) throw e
    throw new Unreachable(String(e))
  }
  if (!answer.ok) {
    const refused = await refusal(answer)
    if (refused.problem.code === 'log_in') onStranger()
    throw refused
  }
  return answer
}

async function refusal(answer: Response): Promise<Refusal> {
  const retry = Number(answer.headers.get('Retry-After'))
  let problem: Problem = { status: answer.status, title: answer.statusText, detail: answer.statusText }
  if (answer.headers.get('Content-Type')?.startsWith('application/problem+json')) {
    problem = { ...problem, ...((await answer.json()) as Problem) }
  }
  return new Refusal(problem, retry > 0 ? retry * 1000 : null)
}

/** json asks for JSON and sends some, if there is a body. */
export async function json<T>(path: string, method = 'GET', body?: unknown, signal?: AbortSignal): Promise<T> {
  const init: RequestInit = { method }
  if (signal) init.signal = signal
  if (body !== undefined) {
    init.body = JSON.stringify(body)
    init.headers = { 'Content-Type': 'application/json' }
  }
  const answer = await request(path, init)
  return (answer.status === 204 ? undefined : await answer.json()) as T
}

/** items are those of a list, which Go writes as null when there are none. */
export async function items<T>(path: string): Promise<T[]> {
  return (await json<{ items: T[] | null }>(path)).items ?? []
}

const account = (user: string) => `/api/v1/users/${encodeURIComponent(user)}`
const one = (id: string) => `/api/v1/sources/${encodeURIComponent(id)}`

export const api = {
  door: () => json<Door>('/api/v1/door'),
  authority: () => json<Authority>('/api/v1/authority'),
  me: () => json<Me>('/api/v1/me'),
  logIn: (name: string, password: string) => json<Me>('/api/v1/login', 'POST', { name, password }),
  logInCode: (code: string) => json<Me>('/api/v1/login/code', 'POST', { code }),
  logOut: () => json<void>('/api/v1/logout', 'POST'),
  setUp: (input: SetUp) => json<Me>('/api/v1/setup', 'POST', input),
  changePassword: (old: string, fresh: string) => json<Me>('/api/v1/me/password', 'POST', { old, new: fresh }),
  beginSecondFactor: () => json<Secret>('/api/v1/me/second-factor', 'POST'),
  /** confirmSecondFactor turns it on and returns the recovery codes. */
  confirmSecondFactor: async (secret: string, code: string, password: string) =>
    (await json<{ codes: string[] | null }>('/api/v1/me/second-factor', 'PUT', { secret, code, password })).codes ?? [],
  dropSecondFactor: (user: string, password: string) => json<void>(`${account(user)}/second-factor/drop`, 'POST', { password }),
  /** linkIdentity says where to go to link one's account with the identity provider. */
  linkIdentity: (password: string) => json<{ address: string }>('/api/v1/me/identity', 'POST', { password }),
  unlinkIdentity: (user: string, password: string) => json<void>(`${account(user)}/identity/drop`, 'POST', { password }),
  logIns: (user: string) => items<LogIn>(`${account(user)}/sessions`),
  endLogIn: (user: string, id: string) => json<void>(`${account(user)}/sessions/${encodeURIComponent(id)}`, 'DELETE'),
  tokens: (user: string) => items<Token>(`${account(user)}/tokens`),
  addToken: (input: TokenInput) => json<NewToken>('/api/v1/me/tokens', 'POST', input),
  endToken: (user: string, id: string) => json<void>(`${account(user)}/tokens/${encodeURIComponent(id)}`, 'DELETE'),
  courts: () => items<Court>('/api/v1/courts'),
  audit: (query: Record<string, string>) => json<AuditPage>(`/api/v1/audit?${new URLSearchParams(query)}`),
  auditHead: () => json<LedgerHead>('/api/v1/audit/head'),
  hub: () => json<Hub>('/api/v1/hub'),
  sources: async () => (await json<{ items: Source[] | null }>('/api/v1/sources')).items ?? [],
  addSource: (source: NewSource) => json<Source>('/api/v1/sources', 'POST', source),
  changeSource: (id: string, change: SourceInput) => json<Source>(one(id), 'PATCH', change),
  recordingOf: (id: string) => json<RecordingNow>(`${one(id)}/recording`),
  startRecording: (id: string) => json<RecordingNow>(`${one(id)}/recording`, 'POST'),
  stopRecording: (id: string) => json<RecordingNow>(`${one(id)}/recording`, 'DELETE'),
  removeSource: (id: string) => json<void>(one(id), 'DELETE'),
  probe: (input: ProbeInput, signal: AbortSignal) => json<ProbeResult>('/api/v1/sources/probe', 'POST', input, signal),
  description: () => json<unknown>('/openapi.json'),
}
