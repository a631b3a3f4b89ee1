// Lets a machine in that nobody sits at, by its join link, and tries again for as long as
// it takes.
import { onBeforeUnmount, ref, shallowRef } from 'vue'
import { court } from '@/api/court'
import { Refusal } from '@/api/client'
import { useMe } from '@/stores/me'

export type Standing = 'coming' | 'in' | 'early' | 'over' | 'code' | 'bad' | 'away'

/** How long after each answer the next try is, in ms; 0: there is none. */
const again: Record<Standing, number> = { coming: 0, in: 0, early: 10_000, over: 60_000, code: 60_000, bad: 60_000, away: 5_000 }

// The tab keeps the link over a reload; in the address others could read it.
const kept = 'avhub.kiosk'

export function useKiosk() {
  const me = useMe()
  const standing = ref<Standing>('coming')
  const hearing = ref('')
  const name = shallowRef('')
  let timer: ReturnType<typeof setTimeout> | undefined

  const given = location.hash.slice(1)
  if (given) sessionStorage.setItem(kept, given)
  const token = given || (sessionStorage.getItem(kept) ?? '')

  async function come() {
    clearTimeout(timer)
    stand(await answer())
  }

  function stand(s: Standing) {
    standing.value = s
    if (again[s]) timer = setTimeout(() => void come(), again[s])
  }

  async function answer(): Promise<Standing> {
    if (!token) return 'bad'
    try {
      const joined = await court.join(token, '')
      if (joined.answer === 'let_in') {
        await me.load()
        hearing.value = me.me?.hearing ?? ''
        name.value = joined.name
        return hearing.value ? 'in' : 'bad'
      }
      return joined.answer === 'early' || joined.answer === 'over' ? joined.answer : joined.answer.startsWith('code') ? 'code' : 'bad'
    } catch (e) {
      if (!(e instanceof Refusal)) return 'away'
      return e.problem.status === 429 || e.problem.status >= 500 ? 'away' : 'bad'
    }
  }

  onBeforeUnmount(() => clearTimeout(timer))
  return { standing, hearing, name, come, stand }
}
