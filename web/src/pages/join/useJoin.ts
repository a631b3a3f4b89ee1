import { computed, ref, shallowRef, watch } from 'vue'
import { useI18n } from 'vue-i18n'
import { useRoute, useRouter } from 'vue-router'
import { court } from '@/api/court'
import { Refusal } from '@/api/client'
import type { Joined } from '@/api/types'
import { useMe } from '@/stores/me'

/** Where somebody stands who has come with a join link. */
export type Standing =
  | 'checking'
  | 'in' // and sees their hearing
  | 'account' // but is logged in as somebody of the court
  | 'nothing' // came without a link
  | 'left'
  | 'bad' // the link is none, or was cut
  | 'offline'
  | Exclude<Joined['answer'], 'let_in'>

// The tab keeps the link, so that a reload after the log-in has ended lets in again;
// it is not in the address any more, where others could read it.
const kept = 'avhub.join'

/** useJoin lets somebody in by their link. */
export function useJoin() {
  const { t } = useI18n()
  const route = useRoute()
  const router = useRouter()
  const me = useMe()
  const standing = ref<Standing>('checking')
  const joined = shallowRef<Joined | null>(null)
  const failure = ref('')
  const busy = ref(false)
  let token = sessionStorage.getItem(kept) ?? ''
  /** The link stood in the address: it counts more than who is in already. */
  let fresh = false

  async function come(code = '') {
    if (busy.value) return
    busy.value = true
    failure.value = ''
    try {
      const answer = await court.join(token, code)
      joined.value = answer
      sessionStorage.setItem(kept, token)
      fresh = false
      if (answer.answer === 'let_in') await me.load()
      standing.value = answer.answer === 'let_in' ? 'in' : answer.answer
    } catch (e) {
      refused(e)
    } finally {
      busy.value = false
    }
  }

  function refused(e: unknown) {
    if (!(e instanceof Refusal)) {
      standing.value = 'offline'
    } else if (e.problem.code === 'slow' || e.problem.code === 'too_many_requests') {
      failure.value = t('login.slow', { seconds: Math.ceil((e.retryAfter ?? 1000) / 1000) })
      if (standing.value === 'checking') standing.value = 'offline'
    } else {
      standing.value = 'bad'
    }
  }

  function begin() {
    if (me.guest && !fresh) standing.value = 'in'
    else if (!token) standing.value = 'nothing'
    else if (me.known && !me.guest) standing.value = 'account'
    else void come()
  }

  // Who is in and is so no longer has left, or the link has ended, or their time: it
  // is asked for anew what it is.
  watch(
    () => me.guest,
    (guest, was) => {
      if (guest || !was) return
      if (me.left) {
        sessionStorage.removeItem(kept)
        token = ''
        standing.value = 'left'
      } else {
        standing.value = 'checking'
        if (token) void come()
        else standing.value = 'nothing'
      }
    },
  )

  // A link in the address, at first or pasted later; it is taken out of there.
  watch(
    () => route.hash,
    (hash) => {
      if (!hash) return
      token = hash.slice(1)
      fresh = true
      standing.value = 'checking'
      void router.replace({ name: 'join' })
      begin()
    },
    { immediate: true },
  )
  if (!fresh) begin()

  return { standing, joined, failure, busy: computed(() => busy.value), come, begin }
}
