// The room's keys, in one table: what is done is what is shown.

export type Order =
  | { do: 'microphone' | 'camera' | 'hand' | 'panel' | 'layout' | 'help' | 'back' }
  | { do: 'mark'; n: number }

/** Keys as the list of shortcuts shows them. */
export const shown = [
  { keys: ['M'], words: 'room.keys.microphone' },
  { keys: ['V'], words: 'room.keys.camera' },
  { keys: ['H'], words: 'room.keys.hand' },
  { keys: ['L'], words: 'room.keys.layout' },
  { keys: ['P'], words: 'room.keys.panel' },
  { keys: ['F1', '–', 'F8'], words: 'room.keys.marks' },
  { keys: ['Esc'], words: 'room.keys.back' },
  { keys: ['?'], words: 'keys.help' },
]

const letters: Record<string, Order['do']> = { m: 'microphone', v: 'camera', h: 'hand', p: 'panel', l: 'layout', '?': 'help', escape: 'back' }

/** order reads a key press; null: it means nothing here. typing: the focus is where one writes. */
export function order(e: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'altKey' | 'metaKey' | 'repeat'>, typing: boolean, marks: boolean): Order | null {
  if (e.ctrlKey || e.altKey || e.metaKey || e.repeat) return null
  const f = /^F([1-8])$/.exec(e.key)
  if (f) return marks ? { do: 'mark', n: Number(f[1]) } : null
  if (typing) return null
  const what = letters[e.key.toLowerCase()]
  return what ? ({ do: what } as Order) : null
}
