import { createPinia } from 'pinia'
import { createApp } from 'vue'
import App from '@/app/App.vue'
import { whenStranger } from '@/api/client'
import { i18n } from '@/app/i18n'
import { router } from '@/app/router'
import { useMe } from '@/stores/me'
import '@/app/preferences'
import 'element-plus/theme-chalk/dark/css-vars.css'
import '@/styles/base.css'

const app = createApp(App).use(createPinia()).use(i18n)
whenStranger(() => useMe().gone())
app.use(router) // asks who is logged in
app.mount('#app')
