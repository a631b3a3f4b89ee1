// What the pages say about a source, chosen here and worded in the locales.
import type { Cause, Line, Source, State } from '@/api/types'
import type { Quality } from '@/media/whep'
import zh from '@/locales/zh-CN'

/** lineOf is the stream that a viewer of this quality gets, as far as can be known beforehand. */
export function lineOf(source: Source, quality: Quality | null): Line {
  return quality === 'sub' && source.sub ? source.sub : source.main
}

/** causeKey names the words for a cause. */
export function causeKey(cause: Cause | null | undefined): string {
  const code = cause?.code ?? 'unknown'
  return code in zh.cause ? `cause.${code}` : 'cause.unknown'
}

/** siteKey names the words for a source's site. */
export function siteKey(site: string): string {
  return site in zh.site ? `site.${site}` : 'site.none'
}

/** flowing says whether a stream in this state brings packets. */
export function flowing(state: State): boolean {
  return state === 'live' || state === 'degraded'
}

/** soundOnly says whether a stream has come without a picture. */
export function soundOnly(line: Line): boolean {
  return !line.video && Boolean(line.audio)
}

const worst: State[] = ['offline', 'degraded', 'connecting', 'live', 'idle']

/** stateOf is a source's state in one word: the worse of its two streams. */
export function stateOf(source: Source): State {
  const states = [source.main.state, source.sub?.state ?? source.main.state]
  return worst.find((s) => states.includes(s)) ?? 'idle'
}

/** lineWithCause is the stream whose cause is worth showing first. */
export function lineWithCause(source: Source): Line | null {
  return [source.main, source.sub].find((l): l is Line => Boolean(l?.cause)) ?? null
}
