// The m-lines that a participant receives by: a slot is a pair of them, sound and
// picture of one stream. A slot whose stream has gone is used again, so that a
// connection does not grow with each who comes and goes.

/** Slot is a pair of m-lines; stream is empty while it carries nothing. */
export interface Slot<T> {
  stream: string
  sound: T
  picture: T
}

/** most slots of a connection: the hub takes no more m-lines. */
export const mostSlots = 44

/**
 * allot gives each wanted stream a slot: those that have one keep it, the others take
 * free ones, or new ones are made. What finds no place any more is left out.
 */
export function allot<T>(slots: Slot<T>[], wanted: string[], make: () => Omit<Slot<T>, 'stream'>) {
  for (const s of slots) if (!wanted.includes(s.stream)) s.stream = ''
  const held = new Set(slots.map((s) => s.stream))
  for (const stream of wanted) {
    if (held.has(stream)) continue
    let slot = slots.find((s) => s.stream === '')
    if (!slot) {
      if (slots.length >= mostSlots) return
      slot = { ...make(), stream: '' }
      slots.push(slot)
    }
    slot.stream = stream
  }
}
