// What happened to a hearing, for people: newest first, with what each change changed.
import type { HearingEvent, Plan } from '@/api/types'
import { benchOf } from '@/words/hearing'

/** Difference is a field of the plan that changed. */
export interface Difference {
  field: 'title' | 'kind' | 'start' | 'minutes' | 'site' | 'public' | 'panel' | 'case'
  from: string
  to: string
}

/** Entry is an event with its differences. */
export interface Entry extends HearingEvent {
  differences: Difference[]
}

/** entriesOf are the events, the newest first. */
export function entriesOf(events: HearingEvent[]): Entry[] {
  let plan: Plan | undefined
  return events
    .map((e) => {
      const differences = plan && e.plan ? differencesOf(plan, e.plan) : []
      plan = e.plan ?? plan
      return { ...e, differences }
    })
    .reverse()
}

function differencesOf(a: Plan, b: Plan): Difference[] {
  const panel = (p: Plan) => benchOf(p.panel).map((m) => m.name).join('、')
  const pairs: [Difference['field'], string, string][] = [
    ['title', a.title, b.title],
    ['kind', a.kind, b.kind],
    ['case', a.case ?? '', b.case ?? ''],
    ['start', a.start, b.start],
    ['minutes', String(a.minutes), String(b.minutes)],
    ['site', a.site ?? '', b.site ?? ''],
    ['public', String(a.public), String(b.public)],
    ['panel', panel(a), panel(b)],
  ]
  return pairs.filter(([, from, to]) => from !== to).map(([field, from, to]) => ({ field, from, to }))
}
