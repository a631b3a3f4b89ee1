// The one place that talks to the hub's HTTP API.
import type { Hub, NewSource, Problem, ProbeInput, ProbeResult, Source, SourceInput } from './types'

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

/** request sends one request and returns the answer, if it is a success. */
export async function request(path: string, init: RequestInit = {}): Promise<Response> {
  let answer: Response
  try {
    answer = await fetch(path, { cache: 'no-store', ...init })
  } catch (e) {
    if (init.signal?.aborted) throw e
    throw new Unreachable(String(e))
  }
  if (!answer.ok) throw await refusal(answer)
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

async function json<T>(path: string, method = 'GET', body?: unknown, signal?: AbortSignal): Promise<T> {
  const init: RequestInit = { method }
  if (signal) init.signal = signal
  if (body !== undefined) {
    init.body = JSON.stringify(body)
    init.headers = { 'Content-Type': 'application/json' }
  }
  const answer = await request(path, init)
  return (answer.status === 204 ? undefined : await answer.json()) as T
}

const one = (id: string) => `/api/v1/sources/${encodeURIComponent(id)}`

export const api = {
  hub: () => json<Hub>('/api/v1/hub'),
  sources: async () => (await json<{ items: Source[] | null }>('/api/v1/sources')).items ?? [],
  addSource: (source: NewSource) => json<Source>('/api/v1/sources', 'POST', source),
  changeSource: (id: string, change: SourceInput) => json<Source>(one(id), 'PATCH', change),
  removeSource: (id: string) => json<void>(one(id), 'DELETE'),
  probe: (input: ProbeInput, signal: AbortSignal) => json<ProbeResult>('/api/v1/sources/probe', 'POST', input, signal),
  description: () => json<unknown>('/openapi.json'),
}
