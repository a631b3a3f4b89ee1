// Which of the commands that somebody can give have which button.
import type { Command, Offer } from '@/api/types'

/** What a hearing usually goes on with: the button that stands first. */
const course = ['prepare', 'open', 'resume', 'close', 'file']

/** Button is a command as the page offers it. */
export interface Button extends Offer {
  first: boolean
  /** It is done at once; all others ask first, at least whether it is meant. */
  atOnce: boolean
}

/** buttonsOf orders offers: the usual next step first, cancelling last. */
export function buttonsOf(offers: Offer[]): Button[] {
  const known = new Set(offers.map((o) => o.kind))
  const first = course.find((k) => known.has(k))
  const rank = (o: Offer) => (o.kind === first ? 0 : o.kind === 'cancel' ? 2 : 1)
  return offers
    .filter((o) => o.kind !== 'change_panel' || !known.has('change')) // a change of the plan is one of its panel, too
    .map((o) => ({ ...o, first: o.kind === first, atOnce: !o.why && !o.on_order && ['prepare', 'open', 'resume'].includes(o.kind) }))
    .sort((a, b) => rank(a) - rank(b))
}

/** Draft is what a dialog collects for a command. */
export interface Draft {
  why: string
  orderedBy: string
  keepRecording: boolean
  day: string
  clock: string
  minutes: number
  site: string
}

/** complete tells whether nothing is missing that the command needs. */
export function complete(o: Offer, d: Draft, start: string | null): boolean {
  if (o.why && !d.why.trim()) return false
  if (o.on_order && !d.orderedBy) return false
  return o.kind !== 'postpone' || (start !== null && d.minutes >= 1 && d.minutes <= 1440)
}

/** commandOf is the command as the API takes it, for the hearing as it was seen. */
export function commandOf(o: Offer, d: Draft, start: string | null, version: number): Command {
  const why = d.why.trim()
  return {
    kind: o.kind, version,
    ...(why ? { why } : {}),
    ...(o.on_order ? { ordered_by: d.orderedBy } : {}),
    ...(o.kind === 'closed_session' && d.keepRecording ? { keep_recording: true } : {}),
    ...(o.kind === 'postpone' && start ? { start, minutes: d.minutes, ...(d.site ? { site: d.site } : {}) } : {}),
  }
}
