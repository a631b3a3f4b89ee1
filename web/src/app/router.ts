import { createRouter, createWebHistory, type RouteLocationNormalized } from 'vue-router'
import { useMe } from '@/stores/me'
import { landing } from './landing'

declare module 'vue-router' {
  interface RouteMeta {
    /** Key of the page's name in the locales. */
    title: string
    /** For everybody, logged in or not. */
    open?: boolean
    /** It fills the window: the menu and the bars of the other pages are not there. */
    bare?: boolean
    /** Actions of which one is needed for the page to be of use. */
    may?: string[]
  }
}

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    // The hub's address leads everybody to the page of their work: see guard.
    { path: '/', name: 'home', component: () => import('@/pages/MissingPage.vue'), meta: { title: 'missing.title' } },
    {
      path: '/hearings', name: 'hearings', component: () => import('@/pages/hearings/HearingsPage.vue'),
      meta: { title: 'nav.hearings', may: ['see_hearing'] },
    },
    {
      path: '/hearings/new', name: 'new-hearing', component: () => import('@/pages/planning/PlanningPage.vue'),
      meta: { title: 'planning.new', may: ['manage_hearing'] },
    },
    {
      path: '/hearings/import', name: 'import', component: () => import('@/pages/importing/ImportPage.vue'),
      meta: { title: 'importing.title', may: ['manage_hearing'] },
    },
    {
      path: '/hearings/:id', name: 'hearing', component: () => import('@/pages/hearing/HearingPage.vue'), props: true,
      meta: { title: 'hearing.title', may: ['see_hearing'] },
    },
    {
      path: '/hearings/:id/change', name: 'change-hearing', component: () => import('@/pages/planning/PlanningPage.vue'), props: true,
      meta: { title: 'planning.change', may: ['manage_hearing'] },
    },
    {
      path: '/rooms/:hearing', name: 'room', component: () => import('@/pages/room/RoomPage.vue'), props: true,
      meta: { title: 'room.title', may: ['see_hearing'], bare: true },
    },
    {
      path: '/cases', name: 'cases', component: () => import('@/pages/cases/CasesPage.vue'),
      meta: { title: 'nav.cases', may: ['see_hearing'] },
    },
    {
      path: '/cases/:id', name: 'case', component: () => import('@/pages/cases/CasePage.vue'), props: true,
      meta: { title: 'cases.one', may: ['see_hearing'] },
    },
    {
      path: '/wall', name: 'wall', component: () => import('@/pages/wall/WallPage.vue'),
      meta: { title: 'nav.wall', may: ['watch'] },
    },
    {
      path: '/recordings', name: 'recordings', component: () => import('@/pages/recordings/RecordingsPage.vue'),
      meta: { title: 'nav.recordings', may: ['see_recording'] },
    },
    {
      path: '/recordings/:id', name: 'player', component: () => import('@/pages/player/PlayerPage.vue'), props: true,
      meta: { title: 'film.one', may: ['see_recording'] },
    },
    {
      path: '/devices', name: 'devices', component: () => import('@/pages/devices/DevicesPage.vue'),
      meta: { title: 'nav.devices', may: ['manage_source'] },
    },
    {
      path: '/users', name: 'users', component: () => import('@/pages/users/UsersPage.vue'),
      meta: { title: 'nav.users', may: ['manage_accounts'] },
    },
    {
      path: '/courts/:id?', name: 'courts', component: () => import('@/pages/courts/CourtsPage.vue'), props: true,
      meta: { title: 'nav.courts', may: ['manage_courts'] },
    },
    {
      path: '/audit', name: 'audit', component: () => import('@/pages/audit/AuditPage.vue'),
      meta: { title: 'nav.audit', may: ['read_audit'] },
    },
    {
      path: '/docs', name: 'docs', component: () => import('@/pages/docs/DocsPage.vue'),
      meta: { title: 'nav.docs', may: ['see_hub'] },
    },
    {
      path: '/account', name: 'account', component: () => import('@/pages/account/AccountPage.vue'),
      meta: { title: 'account.title' },
    },
    {
      path: '/join', name: 'join', component: () => import('@/pages/join/JoinPage.vue'),
      meta: { title: 'join.title', open: true },
    },
    {
      path: '/kiosk', name: 'kiosk', component: () => import('@/pages/kiosk/KioskPage.vue'),
      meta: { title: 'room.kiosk.title', open: true, bare: true },
    },
    {
      path: '/login', name: 'login', component: () => import('@/pages/login/LoginPage.vue'),
      meta: { title: 'login.title', open: true },
    },
    {
      path: '/setup', name: 'setup', component: () => import('@/pages/setup/SetupPage.vue'),
      meta: { title: 'setup.title', open: true },
    },
    {
      path: '/trust', name: 'trust', component: () => import('@/pages/trust/TrustPage.vue'),
      meta: { title: 'trust.title', open: true },
    },
    {
      path: '/:rest(.*)*', name: 'missing', component: () => import('@/pages/MissingPage.vue'),
      meta: { title: 'missing.title', open: true },
    },
  ],
})

/** guard sends strangers to the door, and everybody to the page of their work. */
async function guard(to: RouteLocationNormalized) {
  const me = useMe()
  if (me.me === undefined) await me.load()
  if (to.meta.open) return true
  if (!me.known) return { name: 'login', query: to.fullPath === '/' ? {} : { next: to.fullPath } }
  if (me.guest && to.name === 'player' && me.may('play_back')) return true
  if (me.guest && to.name === 'room' && to.params.hearing === me.me!.hearing) return true
  if (to.name === 'home' || me.guest) return landing(me.me!) // all other pages of a guest are open ones
  const useful = !to.meta.may || to.meta.may.some(me.may)
  return useful || { name: 'missing', params: { rest: to.path.slice(1).split('/') } }
}

router.beforeEach(guard)
