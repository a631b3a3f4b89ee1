// What is wrong with a line of a list, for words.
import type { ImportProblem } from '@/api/types'
import { clockOf, dayOf } from '@/words/courttime'

/** Said is a key of the words with what fills it. */
export interface Said {
  key: string
  fill: Record<string, string | number>
}

// Columns whose cell has a form of its own: the words say which.
const forms = ['case number', 'date', 'start', 'duration', 'kind', 'public', 'parties', 'presiding judge', 'judges', 'clerk', 'assessors']

/** sayProblem finds the words for a problem. */
export function sayProblem(p: ImportProblem): Said {
  const column = p.heading ?? ''
  switch (p.code) {
    case 'site_clash':
    case 'person_clash': {
      const o = p.other
      const fill = { name: p.value ?? '', day: o?.from ? dayOf(o.from) : '', from: o?.from ? clockOf(o.from) : '', to: o?.to ? clockOf(o.to) : '' }
      return o?.line ? { key: `importing.problem.${p.code}_line`, fill: { ...fill, line: o.line } } : { key: `importing.problem.${p.code}`, fill: { ...fill, title: o?.title ?? '' } }
    }
    case 'duplicate':
      return p.other?.line ? { key: 'importing.problem.duplicate', fill: { line: p.other.line } } : { key: 'importing.problem.duplicate_column', fill: { column } }
    case 'missing':
      return p.line <= 1 ? { key: 'importing.problem.missing_column', fill: { column } } : { key: 'importing.problem.missing', fill: { column } }
    case 'unknown':
      return { key: p.field === 'courtroom' ? 'importing.problem.unknown_site' : 'importing.problem.unknown_user', fill: {} }
    case 'too_large':
      return p.line > 0 ? { key: 'importing.problem.too_many', fill: { n: p.most ?? 0 } } : { key: 'importing.problem.too_large', fill: { n: p.most ?? 0 } }
    case 'more':
      return { key: 'importing.problem.more', fill: { n: p.count ?? 0 } }
    default:
      return { key: `importing.problem.${p.code}`, fill: { column } }
  }
}

/** formKey names the words for how a cell is to be written; null where there are none. */
export function formKey(p: ImportProblem): string | null {
  if (!['invalid', 'missing', 'unknown'].includes(p.code) || !p.field || !forms.includes(p.field)) return null
  return `importing.form.${p.field.replaceAll(' ', '_')}`
}
