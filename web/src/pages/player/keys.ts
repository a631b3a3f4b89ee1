// The player's keys, in one table: what is done is what is shown.

/** Order is what a key asks the player to do. */
export type Order =
  | { do: 'toggle' | 'start' | 'end' | 'sound' | 'fullscreen' | 'help' | 'in' | 'out' | 'mark' | 'from' | 'to' }
  | { do: 'skip'; by: number }
  | { do: 'frame'; by: 1 | -1 }
  | { do: 'speed'; by: 1 | -1 }
  | { do: 'event'; by: 1 | -1 }

/** Keys as the legend shows them. */
export const shown = [
  { keys: ['K', 'Space'], words: 'film.keys.toggle' },
  { keys: ['J', 'L'], words: 'film.keys.far' },
  { keys: ['←', '→'], words: 'film.keys.near' },
  { keys: [',', '.'], words: 'film.keys.frame' },
  { keys: ['↑', '↓'], words: 'film.keys.speed' },
  { keys: ['Shift + ←', '→'], words: 'film.keys.event' },
  { keys: ['Home', 'End'], words: 'film.keys.ends' },
  { keys: ['+', '−'], words: 'film.keys.zoom' },
  { keys: ['M'], words: 'film.keys.mark' },
  { keys: ['I', 'O'], words: 'film.keys.clip' },
  { keys: ['S'], words: 'film.keys.sound' },
  { keys: ['F'], words: 'film.keys.fullscreen' },
  { keys: ['?'], words: 'film.keys.help' },
]

/** order reads a key press; null: it means nothing here. */
export function order(e: Pick<KeyboardEvent, 'key' | 'shiftKey' | 'ctrlKey' | 'altKey' | 'metaKey'>): Order | null {
  if (e.ctrlKey || e.altKey || e.metaKey) return null
  switch (e.key.toLowerCase()) {
    case 'k':
    case ' ':
      return { do: 'toggle' }
    case 'j':
      return { do: 'skip', by: -10 }
    case 'l':
      return { do: 'skip', by: 10 }
    case 'arrowleft':
      return e.shiftKey ? { do: 'event', by: -1 } : { do: 'skip', by: -5 }
    case 'arrowright':
      return e.shiftKey ? { do: 'event', by: 1 } : { do: 'skip', by: 5 }
    case ',':
      return { do: 'frame', by: -1 }
    case '.':
      return { do: 'frame', by: 1 }
    case 'arrowup':
      return { do: 'speed', by: 1 }
    case 'arrowdown':
      return { do: 'speed', by: -1 }
    case 'home':
      return { do: 'start' }
    case 'end':
      return { do: 'end' }
    case '+':
    case '=':
      return { do: 'in' }
    case '-':
      return { do: 'out' }
    case 'm':
      return { do: 'mark' }
    case 'i':
      return { do: 'from' }
    case 'o':
      return { do: 'to' }
    case 's':
      return { do: 'sound' }
    case 'f':
      return { do: 'fullscreen' }
    case '?':
      return { do: 'help' }
  }
  return null
}

/** Speeds, of which 1 is that of life. */
export const speeds = [0.5, 0.75, 1, 1.25, 1.5, 2, 3, 4]

/** faster is the next speed, or the next lower one. */
export function faster(rate: number, by: 1 | -1): number {
  const i = speeds.indexOf(rate)
  return speeds[Math.min(Math.max(0, (i < 0 ? 2 : i) + by), speeds.length - 1)]!
}
