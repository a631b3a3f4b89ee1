import { onBeforeUnmount, ref, shallowRef, watch } from 'vue'
import { court } from '@/api/court'
import type { CheckedNumber } from '@/api/types'

/** useNumber has a case number checked by the hub while it is typed. */
export function useNumber(text: () => string) {
  /** What the hub says of the text as it stands; null: nothing yet. */
  const checked = shallowRef<CheckedNumber | null>(null)
  const checking = ref(false)
  let asked: AbortController | null = null
  let typing: ReturnType<typeof setTimeout> | undefined

  async function check(typed: string) {
    asked = new AbortController()
    const { signal } = asked
    // A hub that is away says nothing: the number is checked again when it is entered.
    const answer = await court.checkNumber(typed, signal).catch(() => null)
    if (signal.aborted) return
    checked.value = answer
    checking.value = false
  }

  watch(text, (typed) => {
    if (typed && typed === checked.value?.number) return // its official form, written in its place
    clearTimeout(typing)
    asked?.abort()
    checked.value = null
    checking.value = typed.trim() !== ''
    if (checking.value) typing = setTimeout(() => void check(typed), 300)
  })
  onBeforeUnmount(() => {
    clearTimeout(typing)
    asked?.abort()
  })
  return { checked, checking }
}
