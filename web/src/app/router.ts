import { createRouter, createWebHistory } from 'vue-router'
import WallPage from '@/pages/wall/WallPage.vue'

declare module 'vue-router' {
  interface RouteMeta {
    /** Key of the page's name in the locales. */
    title: string
  }
}

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/', name: 'wall', component: WallPage, meta: { title: 'nav.wall' } },
    {
      path: '/devices',
      name: 'devices',
      component: () => import('@/pages/devices/DevicesPage.vue'),
      meta: { title: 'nav.devices' },
    },
    {
      path: '/docs',
      name: 'docs',
      component: () => import('@/pages/docs/DocsPage.vue'),
      meta: { title: 'nav.docs' },
    },
    {
      path: '/:rest(.*)*',
      name: 'missing',
      component: () => import('@/pages/MissingPage.vue'),
      meta: { title: 'missing.title' },
    },
  ],
})
