// Times of hearings. Courts go by China's time wherever the browser is: a lawyer
// abroad and the courtroom read the same clock.

const zone = 'Asia/Shanghai'
// The zone has had no summer time since 1991.
const offset = '+08:00'

const parts = new Intl.DateTimeFormat('en-CA', {
  timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hourCycle: 'h23',
})

function part(at: Date, type: Intl.DateTimeFormatPartTypes): string {
  return parts.formatToParts(at).find((p) => p.type === type)!.value
}

/** dayOf is the day of an instant: 2021-03-05. */
export function dayOf(at: Date | string): string {
  const d = new Date(at)
  return `${part(d, 'year')}-${part(d, 'month')}-${part(d, 'day')}`
}

/** clockOf is the time of day of an instant: 09:00. */
export function clockOf(at: Date | string): string {
  const d = new Date(at)
  return `${part(d, 'hour')}:${part(d, 'minute')}`
}

/** instantOf is the instant of a day and a time of day, as the API takes it; null if they are none. */
export function instantOf(day: string, clock: string): string | null {
  const at = new Date(`${day}T${clock}:00${offset}`)
  return Number.isNaN(at.getTime()) ? null : at.toISOString().replace('.000Z', 'Z')
}

/** shiftDay is the day some days later. */
export function shiftDay(day: string, days: number): string {
  const at = new Date(`${day}T12:00:00${offset}`)
  return dayOf(new Date(at.getTime() + days * 86_400_000))
}

/** endOf is when a sitting is planned to end. */
export function endOf(s: { start: string; minutes: number }): Date {
  return new Date(Date.parse(s.start) + s.minutes * 60_000)
}

/** dayInWords writes a day with its weekday. */
export function dayInWords(day: string, language: string): string {
  return new Intl.DateTimeFormat(language, { timeZone: zone, year: 'numeric', month: 'long', day: 'numeric', weekday: 'short' }).format(
    new Date(`${day}T12:00:00${offset}`),
  )
}

/** momentInWords writes an instant to the minute, with its day unless that is the given one. */
export function momentInWords(at: Date | string, today: string): string {
  const day = dayOf(at)
  if (day === today) return clockOf(at)
  return day.slice(0, 4) === today.slice(0, 4) ? `${day.slice(5)} ${clockOf(at)}` : `${day} ${clockOf(at)}`
}

/** sittingInWords is from when until when: 09:00–10:30. */
export function sittingInWords(s: { start: string; minutes: number }): string {
  return `${clockOf(s.start)}–${clockOf(endOf(s))}`
}

/** minuteOfDay is how far an instant is into a day, in minutes; below 0 or over 1440 on another. */
export function minuteOfDay(at: Date | string, day: string): number {
  return (new Date(at).getTime() - new Date(`${day}T00:00:00${offset}`).getTime()) / 60_000
}
