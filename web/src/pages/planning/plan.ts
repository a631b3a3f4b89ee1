// The form of a hearing as plain data: to the plan that the API takes, and back.
import type { Hearing, KindFacts, Member, Plan } from '@/api/types'
import { clockOf, dayOf, instantOf } from '@/words/courttime'
import { named } from './panel'

export interface Form {
  court: string
  kind: string
  title: string
  day: string
  clock: string
  minutes: number
  site: string
  public: boolean
  recorded: boolean
  panel: Member[]
}

/** emptyForm is a new one: at nine, or, on the same day, at the next half hour. */
export function emptyForm(day: string, now: Date): Form {
  const soon = new Date(Math.ceil(now.getTime() / 1_800_000) * 1_800_000)
  const clock = dayOf(soon) === day && clockOf(soon) > '09:00' ? clockOf(soon) : '09:00'
  return { court: '', kind: 'trial', title: '', day, clock, minutes: 90, site: '', public: true, recorded: true, panel: [] }
}

/** formOf is the form of a hearing that is there. */
export function formOf(h: Hearing): Form {
  return {
    court: h.court, kind: h.kind, title: h.title, day: dayOf(h.start), clock: clockOf(h.start), minutes: h.minutes, site: h.site ?? '', public: h.public,
    recorded: h.recorded, panel: (h.panel ?? []).map((m) => ({ ...m })),
  }
}

/** planOf is the plan as the API takes it; null while it has no time. */
export function planOf(f: Form, kind: KindFacts | undefined, more: { case?: string; title: string; external_id?: string }): Plan | null {
  const start = instantOf(f.day, f.clock)
  if (!start || !kind) return null
  const plan: Plan = {
    court: f.court, kind: f.kind, title: f.title.trim() || more.title, start, minutes: f.minutes,
    public: f.public && kind.gallery, recorded: kind.recording === 'required' || (f.recorded && kind.recording === 'optional'), panel: named(f.panel),
  }
  if (f.site) plan.site = f.site
  if (more.case) plan.case = more.case
  if (more.external_id) plan.external_id = more.external_id
  return plan
}

/** fieldOf is which field of the form the hub means: panel[1].user is the panel's. */
export function fieldOf(location: string): string {
  const path = location.replace(/^plan\./, '')
  return path.split(/[.[]/)[0] ?? path
}

/** byField gathers what the hub has against a plan, field by field. */
export function byField(errors: Record<string, string>): Record<string, string> {
  const all: Record<string, string> = {}
  for (const [location, message] of Object.entries(errors)) {
    const field = fieldOf(location)
    all[field] = all[field] ? `${all[field]} ${message}` : message
  }
  return all
}
