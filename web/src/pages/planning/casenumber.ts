// The case that a hearing is of, while its number is typed.
import type { Case, Party } from '@/api/types'

/** CaseDraft is a case that is there, or one that is entered along with the hearing. */
export interface CaseDraft {
  text: string
  /** The number in its official form; empty: the text is none, yet. */
  number: string
  /** The case that has it; null: it is new. */
  found: Case | null
  /** Which part of the text is wrong, for words; empty: none, or nothing was typed. */
  wrong: string
  title: string
  parties: Party[]
}

export function emptyDraft(): CaseDraft {
  return { text: '', number: '', found: null, wrong: '', title: '', parties: [] }
}

/** draftOf is one for a case that is there. */
export function draftOf(c: Case): CaseDraft {
  return { text: c.number, number: c.number, found: c, wrong: '', title: c.title, parties: c.parties ?? [] }
}
