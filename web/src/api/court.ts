// The court's part of the API: users, courts, cases, hearings, who takes part.
import { items, json, request } from './client'
import type {
  Case, CaseInput, CaseView, CheckedNumber, Clash, Colleague, Command, Court, Hearing, HearingView, Imported, Joined, Link, LinkInput, Lists,
  NewLink, NewUser, Participant, Person, Place, Plan, User, UserChange, Vocabulary,
} from './types'

const id = encodeURIComponent

/** lists makes the lists of an answer be there: of these answers nothing else is null. */
function lists<T extends object>(answer: T): Lists<T> {
  return Object.fromEntries(Object.entries(answer).map(([key, value]) => [key, value ?? []])) as Lists<T>
}

async function all<T extends object>(path: string): Promise<Lists<T>[]> {
  return (await items<T>(path)).map(lists)
}

async function one<T extends object>(answer: Promise<T>): Promise<Lists<T>> {
  return lists(await answer)
}

const user = (of: string) => `/api/v1/users/${id(of)}`
const hearing = (of: string) => `/api/v1/hearings/${id(of)}`

/** Asked is which hearings are asked for: of a day, or whose case holds a text. */
export interface Asked {
  day?: string
  court?: string
  q?: string
}

export const court = {
  vocabulary: async (): Promise<Vocabulary> => {
    const v = await json<Vocabulary>('/api/v1/vocabulary')
    return { ...v, kinds: v.kinds.map(lists), parts: v.parts.map(lists) }
  },

  users: () => all<User>('/api/v1/users'),
  addUser: (input: NewUser) => one(json<User>('/api/v1/users', 'POST', input)),
  changeUser: (of: string, change: UserChange) => one(json<User>(user(of), 'PATCH', change)),
  unlock: (of: string) => json<void>(`${user(of)}/unlock`, 'POST'),

  courts: () => items<Court>('/api/v1/courts'),
  addCourt: (c: { id: string; name: string; parent: string }) => json<void>('/api/v1/courts', 'POST', c),
  changeCourt: (of: string, c: { name: string; parent: string }) => json<void>(`/api/v1/courts/${id(of)}`, 'PUT', c),
  removeCourt: (of: string) => json<void>(`/api/v1/courts/${id(of)}`, 'DELETE'),
  colleagues: (of: string) => all<Colleague>(`/api/v1/courts/${id(of)}/colleagues`),
  places: () => items<Place>('/api/v1/sites'),
  addPlace: (p: Place) => json<void>('/api/v1/sites', 'POST', p),
  changePlace: (of: string, p: Omit<Place, 'id'>) => json<void>(`/api/v1/sites/${id(of)}`, 'PUT', p),
  removePlace: (of: string) => json<void>(`/api/v1/sites/${id(of)}`, 'DELETE'),

  cases: (q: string) => items<Case>(`/api/v1/cases?${new URLSearchParams({ q })}`),
  case: (of: string) => one(json<CaseView>(`/api/v1/cases/${id(of)}`)),
  addCase: (input: CaseInput) => json<Case>('/api/v1/cases', 'POST', input),
  changeCase: (of: string, input: CaseInput) => json<Case>(`/api/v1/cases/${id(of)}`, 'PATCH', input),
  checkNumber: (text: string, signal: AbortSignal) => json<CheckedNumber>(`/api/v1/cases/number?${new URLSearchParams({ text })}`, 'GET', undefined, signal),

  hearings: (asked: Asked) => all<Hearing>(`/api/v1/hearings?${new URLSearchParams({ ...asked })}`),
  hearing: (of: string) => one(json<HearingView>(hearing(of))),
  schedule: (plan: Plan) => json<Hearing>('/api/v1/hearings', 'POST', plan),
  clashes: (plan: Plan, of: string, signal: AbortSignal) =>
    json<{ items: Clash[] | null }>(`/api/v1/hearings/clashes?${new URLSearchParams({ hearing: of })}`, 'POST', plan, signal).then((a) => a.items ?? []),
  command: (of: string, command: Command) => json<Hearing>(`${hearing(of)}/commands`, 'POST', command),
  putParticipants: (of: string, people: Person[]) =>
    json<{ items: Participant[] | null }>(`${hearing(of)}/participants`, 'PUT', { items: people }).then((a) => a.items ?? []),

  links: (of: string) => all<Link>(`${hearing(of)}/links`),
  addLink: (of: string, input: LinkInput) => one(json<NewLink>(`${hearing(of)}/links`, 'POST', input)),
  revokeLink: (of: string, link: string) => json<void>(`${hearing(of)}/links/${id(link)}`, 'DELETE'),
  join: (token: string, code: string) => json<Joined>('/api/v1/join', 'POST', { token, ...(code ? { code } : {}) }),

  /** importList sends a file as it is: the hub finds out how it is written. */
  importList: async (of: string, file: Blob, preview: boolean): Promise<Imported> => {
    const query = new URLSearchParams({ court: of, ...(preview ? { preview: 'true' } : {}) })
    const answer = await request(`/api/v1/hearings/import?${query}`, { method: 'POST', body: file, headers: { 'Content-Type': 'text/csv' } })
    return lists((await answer.json()) as Imported)
  },
  template: (language: string) => `/api/v1/hearings/template.csv?${new URLSearchParams({ language })}`,
}
