// Numbers and times as people read them.

/** bitRate in bit/s as "2.1 Mbit/s". */
export function bitRate(bits: number): string {
  if (bits >= 1e6) return `${(bits / 1e6).toFixed(1)} Mbit/s`
  return `${Math.round(bits / 1e3)} kbit/s`
}

/** codecName as the field writes it: H264 becomes H.264. */
export function codecName(codec: string): string {
  const known: Record<string, string> = {
    H264: 'H.264', H265: 'H.265', opus: 'Opus', OPUS: 'Opus', PCMA: 'G.711 A', PCMU: 'G.711 µ', G722: 'G.722',
  }
  return known[codec] ?? codec
}

/** clockTime of an instant: the time today, else with its date. */
export function clockTime(iso: string, now: Date, language: string): string {
  const t = new Date(iso)
  const time: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' }
  const day: Intl.DateTimeFormatOptions = { month: '2-digit', day: '2-digit' }
  return new Intl.DateTimeFormat(language, t.toDateString() === now.toDateString() ? time : { ...day, ...time }).format(t)
}

/** bytes as "1.2 GB". */
export function bytes(n: number): string {
  for (const [unit, size] of [['TB', 1e12], ['GB', 1e9], ['MB', 1e6]] as const) if (n >= size) return `${(n / size).toFixed(n >= 10 * size ? 0 : 1)} ${unit}`
  return `${Math.round(n / 1e3)} kB`
}
