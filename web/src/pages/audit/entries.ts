// What the audit page makes of entries.
import type { AuditEntry } from '@/api/types'

/** A line of the page: one entry, or what began and ended. */
export interface Line extends AuditEntry {
  /** How long it lasted, in seconds; null: it is no such thing, or goes on. */
  lasted: number | null
}

/** seconds reads a length of time as Go writes it: 1h2m3.5s. */
export function seconds(text: string | undefined): number | null {
  const m = /^(?:(\d+)h)?(?:(\d+)m(?!s))?(?:([\d.]+)s)?(?:([\d.]+)ms)?$/.exec(text ?? '')
  if (!text || !m) return null
  const [h, min, s, ms] = m.slice(1).map((x) => Number(x ?? 0))
  return h! * 3600 + min! * 60 + s! + ms! / 1000
}

const same = (a: AuditEntry, b: AuditEntry) =>
  a.who.id === b.who.id && a.who.session === b.who.session && a.action === b.action && a.object.kind === b.object.kind && a.object.id === b.object.id

/** linesOf makes one line of what began and ended, where both are there; newest first, as it came. */
export function linesOf(entries: AuditEntry[]): Line[] {
  const begun = new Set<AuditEntry>()
  const lines: Line[] = []
  entries.forEach((e, i) => {
    if (begun.has(e)) return
    const lasted = seconds(e.detail?.lasted)
    if (e.outcome === 'ended' && lasted !== null) {
      const start = Date.parse(e.time) - lasted * 1000
      const begin = entries.slice(i + 1).find((b) => !begun.has(b) && b.outcome === 'began' && same(b, e) && Math.abs(Date.parse(b.time) - start) < 1000)
      if (begin) begun.add(begin)
    }
    lines.push({ ...e, lasted })
  })
  return lines
}

/** spanned writes a length of time: 1:02:03, 2:03, 0:04. */
export function spanned(length: number): string {
  const all = Math.round(length)
  const [h, m, s] = [Math.floor(all / 3600), Math.floor((all % 3600) / 60), all % 60]
  const two = (n: number) => String(n).padStart(2, '0')
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`
}

/** Days that are asked for often. */
export type Preset = 'today' | 'yesterday' | 'week' | 'all'

/** range is a preset's time, from the day's beginning where the browser is. */
export function range(preset: Preset, now = new Date()): { from?: string; to?: string } {
  const day = new Date(now.getFullYear(), now.getMonth(), now.getDate())
  const shift = (days: number) => new Date(day.getFullYear(), day.getMonth(), day.getDate() + days).toISOString()
  switch (preset) {
    case 'today':
      return { from: shift(0) }
    case 'yesterday':
      return { from: shift(-1), to: shift(0) }
    case 'week':
      return { from: shift(-6) }
    case 'all':
      return {}
  }
}
