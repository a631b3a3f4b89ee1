import { ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { Refusal } from '@/api/client'

/** useTry sends a form and keeps what the hub has against it, in words. */
export function useTry() {
  const { t, te } = useI18n()
  const busy = ref(false)
  const failure = ref('')
  const fields = ref<Record<string, string>>({})

  async function attempt(send: () => Promise<void>) {
    if (busy.value) return
    busy.value = true
    failure.value = ''
    fields.value = {}
    try {
      await send()
    } catch (e) {
      if (!(e instanceof Refusal)) failure.value = t('invalid.offline')
      else if (e.problem.code === 'slow') failure.value = t('login.slow', { seconds: Math.ceil((e.retryAfter ?? 1000) / 1000) })
      else if (Object.keys(e.fields).length > 0) fields.value = words(e.fields)
      else failure.value = words({ x: e.problem.code ?? '' }, e.message).x ?? e.message
    } finally {
      busy.value = false
    }
  }

  /** words are ours where there are any: a reason begins with its code. */
  function words(found: Record<string, string>, otherwise?: string): Record<string, string> {
    return Object.fromEntries(
      Object.entries(found).map(([field, text]) => {
        const key = `login.why.${text.split(':')[0]}`
        return [field, te(key) ? t(key) : t('invalid.server', { detail: otherwise ?? text })]
      }),
    )
  }

  return { busy, failure, fields, attempt }
}
