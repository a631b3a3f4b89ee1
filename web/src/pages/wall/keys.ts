// The wall's keys, in one table: what is done is what is shown.
import type { Size } from './arrangement'

/** Order is what a key asks the wall to do. */
export type Order =
  | { do: 'size'; size: Size }
  | { do: 'turn'; by: 1 | -1 }
  | { do: 'step'; by: number }
  | { do: 'move'; by: number }
  | { do: 'sound' | 'figures' | 'fullscreen' | 'back' | 'help' }

/** Keys as the list of shortcuts shows them. Enter opens a tile: it is a button. */
export const shown = [
  { keys: ['1', '2', '3', '4'], words: 'keys.layout' },
  { keys: ['PageUp', 'PageDown'], words: 'keys.page' },
  { keys: ['←', '→', '↑', '↓'], words: 'keys.focus' },
  { keys: ['Shift + ←', '→', '↑', '↓'], words: 'keys.move' },
  { keys: ['Enter'], words: 'keys.open' },
  { keys: ['S'], words: 'keys.sound' },
  { keys: ['I'], words: 'keys.stats' },
  { keys: ['F'], words: 'keys.fullscreen' },
  { keys: ['Esc'], words: 'keys.back' },
  { keys: ['?'], words: 'keys.help' },
]

/** order reads a key press on a wall of so many columns; null: it means nothing here. */
export function order(e: Pick<KeyboardEvent, 'key' | 'shiftKey' | 'ctrlKey' | 'altKey' | 'metaKey'>, columns: number): Order | null {
  if (e.ctrlKey || e.altKey || e.metaKey) return null
  const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[e.key]
  if (by !== undefined) return { do: e.shiftKey ? 'move' : 'step', by }
  switch (e.key.toLowerCase()) {
    case '1':
      return { do: 'size', size: 1 }
    case '2':
      return { do: 'size', size: 4 }
    case '3':
      return { do: 'size', size: 9 }
    case '4':
      return { do: 'size', size: 16 }
    case 'pageup':
      return { do: 'turn', by: -1 }
    case 'pagedown':
      return { do: 'turn', by: 1 }
    case 's':
      return { do: 'sound' }
    case 'i':
      return { do: 'figures' }
    case 'f':
      return { do: 'fullscreen' }
    case 'escape':
      return { do: 'back' }
    case '?':
      return { do: 'help' }
  }
  return null
}
