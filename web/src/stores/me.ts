// Who is logged in. The hub decides about everything again; this is for what
// the pages offer.
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { api, Refusal } from '@/api/client'
import type { Me } from '@/api/types'

export const useMe = defineStore('me', () => {
  /** undefined before the hub has said; null: nobody. */
  const me = ref<Me | null | undefined>(undefined)
  /** Somebody is logged in, and nothing is asked for any more. */
  const known = computed(() => me.value?.stage === 'full')
  /** Somebody who came by a join link: they have their hearing, and no pages. */
  const guest = computed(() => me.value?.kind === 'guest')

  /** may tells whether an action is the user's anywhere. */
  const may = (action: string) => me.value?.may[action] === true

  /** The user has logged out, rather than having been sent away. */
  const left = ref(false)

  function entered(who: Me) {
    left.value = false
    me.value = who
  }
  const gone = () => (me.value = null)

  /** load asks the hub who is logged in. */
  async function load() {
    try {
      me.value = await api.me()
    } catch (e) {
      if (!(e instanceof Refusal)) throw e
      me.value = null
    }
  }

  /** check looks whether the log-in still holds; a hub that is away says nothing about that. */
  async function check() {
    await load().catch(() => {})
  }

  async function logOut() {
    left.value = true
    await api.logOut()
    me.value = null
  }

  return { me, known, guest, left, may, entered, gone, load, check, logOut }
})
