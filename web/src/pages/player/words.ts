// What the player says about gaps, chosen here and worded in the locales.
import type { ReelState } from '@/film/reel'
import { causeKey } from '@/words/recording'
import { gapAt, type Lane } from './timeline'

/** coverKey names the words that stand in place of a camera's picture; empty: the picture is there. */
export function coverKey(state: ReelState | undefined, lane: Lane, at: number): string {
  switch (state) {
    case 'ready':
      return ''
    case 'nothing': {
      // A gap that lasts has no length yet: the timeline ends where it begins.
      const gap = gapAt(lane, at) ?? lane.gaps.find((g) => g.gap?.lasts && at > g.start - 1)
      if (gap) return causeKey(gap.cause)
      if (at < lane.offset) return 'film.state.before'
      return at >= lane.end - 0.1 ? 'film.state.after' : 'film.state.none'
    }
    case 'h265':
    case 'codec':
    case 'failed':
      return `film.state.${state}`
    default:
      return 'film.state.loading'
  }
}
