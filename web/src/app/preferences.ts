// The language and the theme that a user has chosen.
import { watchEffect } from 'vue'
import { i18n, type Language, languages } from './i18n'
import { stored } from './stored'

export type Theme = 'dark' | 'light'

const preferred = (): Language => (navigator.language.startsWith('zh') || !navigator.language ? 'zh-CN' : 'en')

export const language = stored<Language>('avhub.language', (found) =>
  typeof found === 'string' && found in languages ? (found as Language) : preferred(),
)

export const theme = stored<Theme>('avhub.theme', (found) => (found === 'light' ? 'light' : 'dark'))

watchEffect(() => {
  i18n.global.locale.value = language.value
  document.documentElement.lang = language.value
})

watchEffect(() => {
  document.documentElement.classList.toggle('dark', theme.value === 'dark')
})
