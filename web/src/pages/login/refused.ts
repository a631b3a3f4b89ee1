// Why the identity provider's way did not lead in, as the hub says in the address.
import { useI18n } from 'vue-i18n'

/** useRefused puts a code into words: an unknown one leads to the hub's log. */
export function useRefused() {
  const { t, te } = useI18n()
  return (code: unknown): string => {
    if (typeof code !== 'string' || !code) return ''
    const key = `login.why.${code}`
    return /^\w+$/.test(code) && te(key) ? t(key) : t('login.why.internal')
  }
}
