// What somebody is told who waits for a hearing.

/** message names the words for a hearing's state; held: they come in when they are called. */
export function message(state: string, held: boolean, gallery: boolean): string {
  switch (state) {
    case 'scheduled':
    case 'waiting':
    case 'adjourned':
    case 'closed':
    case 'cancelled':
      return gallery && state === 'waiting' ? 'join.wait.gallery' : `join.wait.${state}`
    case 'filed':
      return 'join.wait.closed'
    case 'closed_session':
      return gallery ? 'join.wait.notPublic' : 'join.wait.in_session'
    default:
      return held ? 'join.wait.held' : 'join.wait.in_session'
  }
}

/** Left is how long it is until a time. */
export interface Left {
  days: number
  hours: number
  minutes: number
}

/** leftUntil is how long it is; null: the time has come. */
export function leftUntil(start: string, now: Date): Left | null {
  const minutes = Math.ceil((Date.parse(start) - now.getTime()) / 60_000)
  if (minutes <= 0) return null
  return { days: Math.floor(minutes / 1440), hours: Math.floor((minutes % 1440) / 60), minutes: minutes % 60 }
}
