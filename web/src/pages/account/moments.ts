// Times of log-ins and tokens.

/** moment writes an instant to the minute, with its year if that is another; null for Go's zero time: it never was. */
export function moment(iso: string, now: Date, language: string): string | null {
  const t = new Date(iso)
  if (t.getUTCFullYear() <= 1) return null
  const clock: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }
  const day: Intl.DateTimeFormatOptions = { month: '2-digit', day: '2-digit' }
  if (t.toDateString() === now.toDateString()) return new Intl.DateTimeFormat(language, clock).format(t)
  if (t.getFullYear() === now.getFullYear()) return new Intl.DateTimeFormat(language, { ...day, ...clock }).format(t)
  return new Intl.DateTimeFormat(language, { year: 'numeric', ...day }).format(t)
}
