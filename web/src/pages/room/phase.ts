// Which of the room's pages is shown.
import type { Standing } from '@/media/room'
import type { Place } from '@/media/roomwire'
import { over } from '@/words/hearing'

export type Phase = 'check' | 'coming' | 'door' | 'room' | 'removed' | 'elsewhere' | 'taken' | 'over' | 'refused' | 'left'

interface State {
  /** They have gone through the check of their devices. */
  entered: boolean
  standing: Standing
  /** The hub has said how the room is. */
  welcomed: boolean
  hidden: boolean
  place: Place | null
  /** Of the hearing; empty before it is known. */
  state: string
}

export function phaseOf(s: State): Phase {
  if (s.standing.at === 'ended') {
    switch (s.standing.why) {
      case 'taken_over': return 'taken'
      case 'removed': return 'removed'
      case 'closed': return 'over'
      default: return 'left'
    }
  }
  if (s.standing.at === 'elsewhere') return 'elsewhere'
  if (over(s.state)) return 'over'
  if (!s.entered) return 'check'
  if (s.standing.at === 'refused') return 'refused'
  if (!s.welcomed) return 'coming'
  if (s.place === 'removed') return 'removed'
  return s.hidden || s.place === 'inside' ? 'room' : 'door'
}
