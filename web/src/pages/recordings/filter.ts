// What is asked of the list of recordings, as it stands in the address.
import { shiftDay } from '@/words/courttime'

/** Filter narrows the list; what is empty does not. */
export interface Filter {
  day: string
  /** Ids; of a court with those below it. */
  court: string
  site: string
  source: string
  hearing: string
  /** A case's number, or a part of it. */
  case: string
}

const fields = ['day', 'court', 'site', 'source', 'hearing', 'case'] as const

/** filterOf reads an address. */
export function filterOf(query: Record<string, unknown>): Filter {
  return Object.fromEntries(fields.map((f) => [f, typeof query[f] === 'string' ? query[f] : ''])) as unknown as Filter
}

/** addressOf writes it. */
export function addressOf(filter: Filter): Record<string, string> {
  return Object.fromEntries(Object.entries(filter).filter(([, v]) => v)) as Record<string, string>
}

/** queryOf is what the hub is asked for; the day is the court's. */
export function queryOf(filter: Filter): Record<string, string> {
  const { day, ...rest } = addressOf(filter)
  return { limit: '100', ...rest, ...(day ? { from: `${day}T00:00:00+08:00`, to: `${shiftDay(day, 1)}T00:00:00+08:00` } : {}) }
}
